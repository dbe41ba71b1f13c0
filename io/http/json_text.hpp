// What:   appends JSON strings to a text that is being built.
// Why:    answers are appended to one buffer instead of going through a JSON tree.
// Errors: none: bytes that are not UTF-8 become U+FFFD, so whatever a client sent, the answer is valid JSON.
// Source: RFC 8259, section 7; the Unicode Standard, table 3-7 (well-formed UTF-8).
#pragma once

#include <string>
#include <string_view>

namespace freshet::http {

/// Appends `text` in quotation marks.
void append_json_string(std::string& out, std::string_view text);

}  // namespace freshet::http

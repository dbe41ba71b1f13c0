// What:   bytes that came from outside, as text that is safe to write: into JSON, into a sentence, into a log line.
// Why:    ids and values are opaque bytes of other people; no byte of them may forge a line, end a JSON string early
//         or fill a disk.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace freshet {

/// Whether the bytes are UTF-8 as RFC 3629 defines it: no overlong forms, no surrogates, at most U+10FFFF.
[[nodiscard]] bool is_utf8(std::string_view bytes);

/// Whether the bytes hold one below 0x20 or 0x7f: NUL, line breaks, escape sequences.
[[nodiscard]] bool has_control_characters(std::string_view bytes);

/// Appends `"..."` with JSON's escapes; bytes that are not UTF-8 become U+FFFD.
void append_json_string(std::string& out, std::string_view text);
/// Appends the shortest decimal that reads back as the same number; `null` where JSON has no spelling (NaN, infinity).
void append_json_number(std::string& out, double number);
void append_json_number(std::string& out, float number);
void append_json_integer(std::string& out, std::int64_t number);
void append_json_unsigned(std::string& out, std::uint64_t number);

/// Appends text to a line of its own: line breaks and other control characters (C1 and the line separators of Unicode
/// too) become \n, \u001b and so on, bytes that are not UTF-8 become \xff; everything else stays as it is.
void append_printable(std::string& out, std::string_view text);

/// The value in double quotes for a sentence, escaped as in JSON, cut at `bytes_max` with "..." behind.
[[nodiscard]] std::string in_quotes(std::string_view value, std::size_t bytes_max = 64);

}  // namespace freshet

// What:   a request target taken apart: "/v1/users/a%2Fb?limit=5" -> path, query parameters.
// Forms:  origin ("/path?query"), absolute ("http://host/path", what a proxy is sent) and asterisk ("*").
// Errors: invalid_argument for a target of no such form and for a broken percent escape.
// Source: RFC 9112, section 3.2; RFC 3986, section 2.1; the WHATWG URL standard for "+" in a query.
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "io/http/message.hpp"

namespace freshet::http {

/// Sets `target`, `path` and `query` of the request.
status parse_target(std::string_view target, request& out);

/// The path as it came, escapes and all; "/" when an absolute target has none.
[[nodiscard]] std::string_view encoded_path(std::string_view target);

enum class decode_as { path, path_segment, query };
/// Undoes %XX. A path keeps an encoded slash as "%2F", so that it splits into the same segments; in a query "+" is a
/// space.
result<std::string> percent_decode(std::string_view text, decode_as part);

/// A text as one segment of a path or one value of a query: all but RFC 3986's unreserved characters as %XX.
[[nodiscard]] std::string percent_encode(std::string_view text);

}  // namespace freshet::http

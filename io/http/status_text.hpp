// What:   the reason phrase of a status code: "Not Found". Codes without one of their own read like their class.
// Source: RFC 9110, section 15; RFC 6585 (429, 431).
#pragma once

#include <string_view>

namespace freshet::http {

[[nodiscard]] std::string_view status_text(unsigned status);

}  // namespace freshet::http

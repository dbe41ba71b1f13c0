// What:   how much a client wants a media type, as its Accept header says.
// Limits: a type counts only where it is named; wildcards say nothing about it.
// Source: RFC 9110, section 12.5.1.
#pragma once

#include <string_view>

namespace freshet::http {

/// 0..1; 0 when `type` (in lower case) is not named.
[[nodiscard]] double accept_quality(std::string_view accept, std::string_view type);

}  // namespace freshet::http

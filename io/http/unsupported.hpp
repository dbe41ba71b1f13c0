// What: the documented parameters that have no effect yet.
// Why:  a filter that is accepted and ignored shows people what they asked not to see: it is refused with a sentence.
//       A parameter leaves the table when what it asks for is built.
#pragma once

#include <string>
#include <string_view>

#include "io/http/recommendation_api.hpp"

namespace freshet::http {

[[nodiscard]] bool is_unsupported(surface form, std::string_view parameter);

/// `parameter "categories" is not supported by this version; leave it out`
[[nodiscard]] std::string unsupported_sentence(std::string_view parameter);

}  // namespace freshet::http

// What:   whether a service may listen where its settings say.
// Errors: invalid_argument when other machines could reach it and nothing says who may ask.
#pragma once

#include <string_view>

#include "config/options.hpp"
#include "core/base/result.hpp"

namespace freshet {

/// By its name: "localhost", "127.0.0.1", "::1".
[[nodiscard]] bool is_loopback(std::string_view host);

[[nodiscard]] status check_security(const options& settings);

}  // namespace freshet

// What:   whether a service may listen where its settings say.
// Errors: invalid_argument when other machines could reach it and nothing says who may ask.
#pragma once

#include "config/options.hpp"
#include "core/base/result.hpp"

namespace freshet {

[[nodiscard]] status check_security(const options& settings);

}  // namespace freshet

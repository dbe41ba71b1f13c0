// What: the defaults that `profile` sets. Each can be set alone; what is set wins.
#pragma once

#include <cstdint>
#include <string>

#include "config/options.hpp"

namespace freshet {

/// The status word of /health.
inline std::string health_status_word(const options& values) {
  if (!values.api.health_status_word.empty()) return values.api.health_status_word;
  return values.profile == profile::lite ? "ok" : "healthy";
}

/// The weight of interaction strength in als confidence, when `train` is given none.
inline double als_alpha_default(profile chosen) {
  return chosen == profile::lite ? 1.0 : 10.0;
}

/// Length of bpr vectors, when `train` is given none.
inline std::uint32_t bpr_factors_default(profile chosen) {
  return chosen == profile::lite ? 100 : 64;
}

}  // namespace freshet

// What:   whether a trial that still runs is worth its time.
// Rule:   it is not when the best it has reached is below the median of what complete trials had reached by the same
//         step. Not before a share of its steps, and not before there are enough complete trials to compare with.
// Source: Golovin et al., "Google Vizier: a service for black-box optimization", 2017, section 3.2.2 (median stopping).
#pragma once

#include <cstdint>
#include <span>

#include "core/evaluation/search/trial.hpp"

namespace freshet {

struct median_pruner {
  std::size_t complete_min = 5;
  /// Share of its steps that every trial gets.
  double steps_min = 0.2;

  /// `curve` of a trial of `steps` steps, up to now.
  [[nodiscard]] bool is_hopeless(std::span<const trial_measurement> curve, std::uint32_t steps,
                                 std::span<const trial> before) const;
};

/// Whether a step is measured: 1, 2, 4, 8, ... A curve that costs little and is comparable from trial to trial.
[[nodiscard]] constexpr bool is_measured(std::uint32_t step) {
  return step > 0 && (step & (step - 1)) == 0;
}

}  // namespace freshet

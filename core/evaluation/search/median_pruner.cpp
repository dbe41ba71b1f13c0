#include "core/evaluation/search/median_pruner.hpp"

#include <algorithm>
#include <optional>
#include <vector>

namespace freshet {
namespace {

/// The best value up to a step; nothing for a curve that does not reach it.
std::optional<double> best_until(std::span<const trial_measurement> curve, std::uint32_t step) {
  if (curve.empty() || curve.back().step < step) return std::nullopt;
  double best = curve.front().value;
  for (const auto& each : curve) {
    if (each.step <= step) best = std::max(best, each.value);
  }
  return best;
}

}  // namespace

bool median_pruner::is_hopeless(std::span<const trial_measurement> curve, std::uint32_t steps,
                                std::span<const trial> before) const {
  if (curve.empty()) return false;
  const std::uint32_t step = curve.back().step;
  if (static_cast<double>(step) < steps_min * static_cast<double>(steps)) return false;
  std::vector<double> others;
  for (const auto& each : before) {
    if (each.state != trial_state::complete) continue;
    if (const auto best = best_until(each.curve, step)) others.push_back(*best);
  }
  if (others.size() < std::max<std::size_t>(1, complete_min)) return false;
  const auto middle = others.begin() + static_cast<std::ptrdiff_t>(others.size() / 2);
  std::nth_element(others.begin(), middle, others.end());
  return *best_until(curve, step) < *middle;
}

}  // namespace freshet

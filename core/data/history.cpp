#include "core/data/history.hpp"

#include <algorithm>
#include <cmath>

namespace freshet {
namespace {

constexpr double seconds_per_day = 86400;

double weight_of(const interaction& event, const strength_options& options) {
  const auto type = to_integer(event.type);
  const double weight = type < options.weight_of_type.size() ? options.weight_of_type[type] : 1.0;
  const bool rating = type < options.is_rating.size() && options.is_rating[type] && !std::isnan(event.value);
  return weight * (rating ? static_cast<double>(event.value) : event.qty);
}

}  // namespace

std::vector<weighted<item_index>> strengths(std::span<const interaction> history, const strength_options& options) {
  if (history.empty()) return {};
  const unix_seconds newest = history.back().ts;
  struct summand {
    item_index item;
    double strength;
  };
  std::vector<summand> summands;
  summands.reserve(history.size());
  for (const auto& event : history) {
    double strength = weight_of(event, options);
    if (options.half_life_days > 0) {
      const double age_days = static_cast<double>(newest - event.ts) / seconds_per_day;
      strength *= std::exp2(-age_days / options.half_life_days);
    }
    summands.push_back({event.item, strength});
  }
  // Stable: the events of one item are added up in canonical order, so the sum has the same bytes every time.
  std::stable_sort(summands.begin(), summands.end(), [](auto& a, auto& b) { return a.item < b.item; });

  std::vector<weighted<item_index>> sums;
  for (auto first = summands.begin(); first != summands.end();) {
    double sum = 0;
    auto last = first;
    for (; last != summands.end() && last->item == first->item; ++last) sum += last->strength;
    if (sum > 0) sums.push_back({first->item, static_cast<float>(sum)});
    first = last;
  }
  return sums;
}

}  // namespace freshet

#include "core/models/popularity/popularity.hpp"

#include <algorithm>
#include <cmath>

namespace freshet {
namespace {

constexpr double seconds_per_day = 86400;

}  // namespace

result<popularity_options> popularity_options_from(const parameters& given) {
  popularity_options options;
  parameter_reader reader("popularity", given);
  reader.number("half_life_days", {0, 1e6}, options.half_life_days);
  FRESHET_TRY(reader.finish());
  return options;
}

parameters to_parameters(const popularity_options& options) {
  return {{"half_life_days", options.half_life_days}};
}

std::vector<float> count_popularity(const event_sequences& sequences, std::size_t items,
                                    const popularity_options& options) {
  std::vector<double> counts(items);
  unix_seconds newest = 0;
  for (const auto& event : sequences.events) newest = std::max(newest, event.ts);
  for (const auto& event : sequences.events) {
    const double age_days = static_cast<double>(newest - event.ts) / seconds_per_day;
    const double count = options.half_life_days > 0 ? std::exp2(-age_days / options.half_life_days) : 1.0;
    counts[to_integer(event.item)] += count;
  }
  return {counts.begin(), counts.end()};
}

}  // namespace freshet

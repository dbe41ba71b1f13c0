#include "core/evaluation/search/search_space.hpp"

#include <algorithm>
#include <cmath>

#include "core/base/check.hpp"

namespace freshet {

double number_range::scaled(double value) const {
  return is_log ? std::log(value) : value;
}

double number_range::at(double position) const {
  FRESHET_CHECK(min < max && (!is_log || min - half_step() > 0), "a range to search");
  const double low = scaled(min - half_step());
  const double high = scaled(max + half_step());
  double value = low + (high - low) * std::clamp(position, 0.0, 1.0);
  if (is_log) value = std::exp(value);
  if (is_whole) value = std::round(value);
  return std::clamp(value, min, max);
}

double number_range::position_of(double value) const {
  const double low = scaled(min - half_step());
  const double high = scaled(max + half_step());
  return std::clamp((scaled(value) - low) / (high - low), 0.0, 1.0);
}

parameters draw(const search_space& space, random_source& random) {
  parameters drawn;
  for (const auto& dimension : space) {
    if (const auto* range = std::get_if<number_range>(&dimension.values)) {
      drawn[dimension.name] = range->at(random.uniform());
    } else {
      const auto& values = std::get<choices>(dimension.values).values;
      drawn[dimension.name] = values[random.below(values.size())];
    }
  }
  return drawn;
}

bool holds(const search_space& space, const parameters& given) {
  return std::ranges::all_of(space, [&](const search_dimension& dimension) {
    const auto found = given.find(dimension.name);
    if (found == given.end()) return false;
    if (const auto* several = std::get_if<choices>(&dimension.values)) {
      return std::ranges::find(several->values, found->second) != several->values.end();
    }
    const auto& range = std::get<number_range>(dimension.values);
    const auto* value = std::get_if<double>(&found->second);
    return value != nullptr && *value >= range.min && *value <= range.max &&
           (!range.is_whole || std::trunc(*value) == *value);
  });
}

}  // namespace freshet

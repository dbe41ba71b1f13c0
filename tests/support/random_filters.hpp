// What: random items with every kind of attribute, and random conditions on them: as text in the filter grammar and, by
//       the definition of core/filters/evaluate.hpp read literally, as a function of one item.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/random.hpp"
#include "core/data/item.hpp"

namespace freshet::testing {

/// Text: category, brand, colour; numbers: price, avg_star, weight; boolean: in_stock. Each missing now and then.
item random_item(random_source& random, std::string id);

struct random_condition {
  std::string text;
  std::function<bool(const item&)> holds;
};
/// At most `depth` levels of and, or, not.
random_condition random_filter(random_source& random, std::size_t depth);

/// The attribute's value, or nothing.
std::optional<attribute_value> value_of(const item& of, const std::string& attribute);

}  // namespace freshet::testing

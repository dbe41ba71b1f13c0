// What: the metadata of one item of the catalogue. What is unknown is absent, never invented.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>

namespace freshet {

using attribute_value = std::variant<std::string, double, bool>;

struct item {
  std::string item_id;
  std::optional<std::string> title;
  std::optional<std::string> category;
  std::optional<std::string> brand;
  std::optional<std::string> description;
  std::optional<std::string> img_url;
  std::optional<double> price;
  /// Mean rating, 1..5.
  std::optional<double> avg_star;
  /// How often it was sold, as the shop counts.
  std::optional<double> num_sold_time;
  /// Any other column of the items table; can be filtered on.
  std::map<std::string, attribute_value> attributes;

  friend bool operator==(const item&, const item&) = default;
};

}  // namespace freshet

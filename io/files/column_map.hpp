// What:   which column of a file holds which field: what the command line maps, else the field's own name, else (for
//         events) the accepted spellings, in their order.
// Errors: invalid_argument for a mapping that names an unknown field (the known are named) or a column that the file
//         does not have, and for a needed field without a column: the file's columns are named, and how to map.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "io/events/event_fields.hpp"

namespace freshet {

/// Canonical field -> column of the file: {"user_id", "CustomerID"}.
using column_map = std::map<std::string, std::string>;

/// "user_id=CustomerID,item_id=StockCode" as given on the command line.
[[nodiscard]] result<column_map> parse_event_columns(std::string_view text);
[[nodiscard]] result<column_map> parse_item_columns(std::string_view text);

/// Number of the column of each event field.
using event_columns = std::array<std::optional<std::size_t>, event_fields_count>;
[[nodiscard]] result<event_columns> bind_event_columns(std::span<const std::string> columns, const column_map& map,
                                                       std::string_view file);

enum class item_field : std::uint8_t {
  item_id,
  title,
  category,
  brand,
  description,
  img_url,
  price,
  avg_star,
  num_sold_time,
};
inline constexpr std::size_t item_fields_count = 9;
[[nodiscard]] std::string_view to_string(item_field field);
[[nodiscard]] std::optional<item_field> find_item_field(std::string_view name);

struct item_columns {
  /// Number of the column of each field.
  std::array<std::optional<std::size_t>, item_fields_count> fields;
  /// Every other column that has a name and is not ignored.
  std::vector<std::size_t> attributes;
};
[[nodiscard]] result<item_columns> bind_item_columns(std::span<const std::string> columns, const column_map& map,
                                                     std::span<const std::string> ignored, std::string_view file);

}  // namespace freshet

// What:   a row of a table, or a JSON object, as the metadata of an item, or the reason why not.
// Rules:  what is not a field of an item is an attribute. CSV knows only text, so there a value that is written as a
//         number is one (but "007" is a text), true and false are booleans; JSON and Parquet say what a value is.
//         An empty cell, null, or NaN as an attribute is a value that is unknown. item_availability.hpp lists the
//         attributes that mean something.
// Errors: a problem names the column, the value and the remedy. Numbers must be finite.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/data/item.hpp"
#include "io/files/cell.hpp"
#include "io/files/column_map.hpp"
#include "io/files/table.hpp"

namespace freshet {

using parsed_item = std::variant<item, row_problem>;

/// Whether a text may be a number or a truth value in disguise.
enum class text_attributes { as_written, read_numbers };

class item_row_parser {
 public:
  item_row_parser(item_columns columns, std::vector<std::string> names, text_attributes texts)
      : columns_(std::move(columns)), names_(std::move(names)), texts_(texts) {}
  [[nodiscard]] parsed_item parse(std::span<const cell> cells) const;

 private:
  item_columns columns_;
  std::vector<std::string> names_;
  text_attributes texts_;
};

/// Sets one field; nothing when that went well. Empty cells leave the field absent.
[[nodiscard]] std::optional<row_problem> set_item_field(item& out, item_field field, const cell& value);
[[nodiscard]] std::optional<row_problem> set_item_attribute(item& out, const std::string& name, const cell& value,
                                                            text_attributes texts);

}  // namespace freshet

// What:    the metadata of a catalogue column by column, for filters: one column for each attribute that any item has.
// Why:     a filter looks at one attribute of every item; columns of codes and numbers are read thousands of times
//          faster than items.
// Shapes:  a column has a value, or none, for each item number < size().
// Types:   text, number, boolean, by the values given; a column that meets values of two types becomes text.
// Threads: one writer, or any number of readers: the owner keeps them apart.
// Limits:  a text that no item has any more is remembered until the columns are built anew.
// Cost:    4 bytes (text), 8 (number) or 1 (boolean) for each item and column, and each distinct text once.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/strong_id.hpp"
#include "core/data/item.hpp"
#include "core/data/string_map.hpp"

namespace freshet::filters {

class text_column {
 public:
  static constexpr std::uint32_t no_text = 0;

  void set(std::size_t place, std::string_view text);
  void clear(std::size_t place) { codes_[place] = no_text; }
  void resize(std::size_t size) { codes_.resize(size, no_text); }
  /// Equal texts have equal codes; `no_text` where the item has none.
  const std::vector<std::uint32_t>& codes() const { return codes_; }
  std::optional<std::uint32_t> code_of(std::string_view text) const;
  const std::string& text_of(std::uint32_t code) const { return texts_[code - 1]; }
  std::size_t distinct() const { return texts_.size(); }

 private:
  std::vector<std::uint32_t> codes_;
  std::vector<std::string> texts_;  // by code - 1
  string_map<std::uint32_t> code_of_;
};

/// NaN where the item has none.
struct number_column {
  std::vector<double> values;
};

/// 0, 1, or `none` where the item has none.
struct boolean_column {
  static constexpr std::int8_t none = -1;
  std::vector<std::int8_t> values;
};

using item_column = std::variant<text_column, number_column, boolean_column>;

class item_columns {
 public:
  item_columns();

  std::size_t size() const { return size_; }
  /// Replaces everything that is known of the item. Columns: item_id, title, category, brand, price, avg_star,
  /// num_sold_time, and one for each attribute.
  void set(item_index number, const item& described);
  /// Forgets the item: it has no value in any column.
  void erase(item_index number);

  /// Null for a name that no item has ever had.
  const item_column* find(std::string_view name) const;
  std::vector<std::string> names() const;

 private:
  void put(std::size_t place, std::string_view name, const attribute_value& value);
  void grow(std::size_t size);

  std::size_t size_ = 0;
  std::map<std::string, item_column, std::less<>> columns_;
};

}  // namespace freshet::filters

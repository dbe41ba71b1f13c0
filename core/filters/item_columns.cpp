#include "core/filters/item_columns.hpp"

#include <cmath>
#include <limits>

#include "core/base/text.hpp"

namespace freshet::filters {
namespace {

constexpr double no_number = std::numeric_limits<double>::quiet_NaN();

item_column column_for(const attribute_value& value) {
  if (std::holds_alternative<double>(value)) return number_column{};
  if (std::holds_alternative<bool>(value)) return boolean_column{};
  return text_column{};
}

void resize(item_column& column, std::size_t size) {
  if (auto* text = std::get_if<text_column>(&column)) text->resize(size);
  if (auto* number = std::get_if<number_column>(&column)) number->values.resize(size, no_number);
  if (auto* flag = std::get_if<boolean_column>(&column)) flag->values.resize(size, boolean_column::none);
}

void clear(item_column& column, std::size_t place) {
  if (auto* text = std::get_if<text_column>(&column)) text->clear(place);
  if (auto* number = std::get_if<number_column>(&column)) number->values[place] = no_number;
  if (auto* flag = std::get_if<boolean_column>(&column)) flag->values[place] = boolean_column::none;
}

std::string as_text(const attribute_value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  std::string digits;
  append_json_number(digits, std::get<double>(value));
  return digits;
}

/// The same values as text, for a column that met another type.
text_column widened(const item_column& column) {
  text_column text;
  if (const auto* number = std::get_if<number_column>(&column)) {
    text.resize(number->values.size());
    for (std::size_t place = 0; place < number->values.size(); ++place) {
      if (!std::isnan(number->values[place])) text.set(place, as_text(number->values[place]));
    }
  } else {
    const auto& flags = std::get<boolean_column>(column).values;
    text.resize(flags.size());
    for (std::size_t place = 0; place < flags.size(); ++place) {
      if (flags[place] != boolean_column::none) text.set(place, as_text(flags[place] == 1));
    }
  }
  return text;
}

}  // namespace

void text_column::set(std::size_t place, std::string_view text) {
  const auto known = code_of_.find(text);
  if (known != code_of_.end()) {
    codes_[place] = known->second;
    return;
  }
  texts_.emplace_back(text);
  codes_[place] = static_cast<std::uint32_t>(texts_.size());
  code_of_.emplace(text, codes_[place]);
}

std::optional<std::uint32_t> text_column::code_of(std::string_view text) const {
  const auto known = code_of_.find(text);
  if (known == code_of_.end()) return std::nullopt;
  return known->second;
}

item_columns::item_columns() {
  // What every catalogue may be asked for, even one that knows no prices.
  for (const char* name : {"item_id", "title", "category", "brand"}) columns_.emplace(name, text_column{});
  for (const char* name : {"price", "avg_star", "num_sold_time"}) columns_.emplace(name, number_column{});
}

void item_columns::grow(std::size_t size) {
  if (size <= size_) return;
  size_ = size;
  for (auto& [name, column] : columns_) resize(column, size_);
}

void item_columns::put(std::size_t place, std::string_view name, const attribute_value& value) {
  auto found = columns_.find(name);
  if (found == columns_.end()) {
    found = columns_.emplace(name, column_for(value)).first;
    resize(found->second, size_);
  }
  auto& column = found->second;
  if (column.index() != value.index() && !std::holds_alternative<text_column>(column)) column = widened(column);
  if (auto* text = std::get_if<text_column>(&column)) text->set(place, as_text(value));
  if (auto* number = std::get_if<number_column>(&column)) number->values[place] = std::get<double>(value);
  if (auto* flag = std::get_if<boolean_column>(&column)) flag->values[place] = std::get<bool>(value) ? 1 : 0;
}

void item_columns::set(item_index number, const item& described) {
  const std::size_t place = to_integer(number);
  grow(place + 1);
  erase(number);
  put(place, "item_id", described.item_id);
  if (described.title) put(place, "title", *described.title);
  if (described.category) put(place, "category", *described.category);
  if (described.brand) put(place, "brand", *described.brand);
  if (described.price) put(place, "price", *described.price);
  if (described.avg_star) put(place, "avg_star", *described.avg_star);
  if (described.num_sold_time) put(place, "num_sold_time", *described.num_sold_time);
  for (const auto& [name, value] : described.attributes) put(place, name, value);
}

void item_columns::erase(item_index number) {
  const std::size_t place = to_integer(number);
  if (place >= size_) return;
  for (auto& [name, column] : columns_) clear(column, place);
}

const item_column* item_columns::find(std::string_view name) const {
  const auto found = columns_.find(name);
  return found == columns_.end() ? nullptr : &found->second;
}

std::vector<std::string> item_columns::names() const {
  std::vector<std::string> names;
  for (const auto& [name, column] : columns_) names.push_back(name);
  return names;
}

}  // namespace freshet::filters

#include "core/data/feature_table.hpp"

#include <algorithm>

#include "core/data/event.hpp"

namespace freshet {
namespace {

constexpr std::size_t text_bytes_max = 64;
constexpr std::size_t items_min = 2;
constexpr std::size_t tenths = 10;

}  // namespace

void feature_table::add_text(item_row row, std::string_view name, const std::string& value) {
  if (value.empty() || value.size() > text_bytes_max) return;
  rows_of_[std::string(name) + ":" + value].push_back(row);
}

void feature_table::add(item_row row, const item& described) {
  if (described.category) add_text(row, "category", *described.category);
  if (described.brand) add_text(row, "brand", *described.brand);
  if (described.price) numbers_["price"].push_back({row, *described.price});
  for (const auto& [name, value] : described.attributes) {
    if (const auto* text = std::get_if<std::string>(&value)) add_text(row, name, *text);
    if (const auto* number = std::get_if<double>(&value)) numbers_[name].push_back({row, *number});
    if (const auto* flag = std::get_if<bool>(&value); flag != nullptr && *flag) rows_of_[name].push_back(row);
  }
}

item_features feature_table::finish() const {
  auto rows_of = rows_of_;
  for (const auto& [name, given] : numbers_) {
    std::vector<double> sorted;
    for (const auto& each : given) sorted.push_back(each.value);
    std::sort(sorted.begin(), sorted.end());
    for (const auto& [row, value] : given) {
      // Equal values share a tenth, that of the first of them.
      const auto rank =
          static_cast<std::size_t>(std::lower_bound(sorted.begin(), sorted.end(), value) - sorted.begin());
      rows_of[name + ":tenth " + std::to_string(rank * tenths / sorted.size() + 1)].push_back(row);
    }
  }
  item_features made;
  std::vector<taste> features_of(items_);
  for (auto& [name, rows] : rows_of) {
    std::sort(rows.begin(), rows.end());
    rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
    if (rows.size() < items_min || name.size() > id_bytes_max) continue;
    const item_row column{static_cast<std::uint32_t>(made.names.size())};
    for (const auto row : rows) features_of[to_integer(row)].push_back({column, 1});
    made.names.push_back(name);
  }
  for (const auto& features : features_of) made.values.add_row(features);
  made.values.widen(made.names.size());
  return made;
}

}  // namespace freshet

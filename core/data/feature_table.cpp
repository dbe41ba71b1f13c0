#include "core/data/feature_table.hpp"

#include <algorithm>

#include "core/data/event.hpp"

namespace freshet {
namespace {

constexpr std::size_t text_bytes_max = 64;
constexpr std::size_t items_min = 2;
constexpr std::size_t tenths = 10;

/// Calls `has(name)` for each feature of an item that is no number, `measures(name, value)` for each number.
template <class Has, class Measures>
void for_each_feature(const item& described, Has has, Measures measures) {
  const auto has_text = [&](std::string_view name, const std::string& value) {
    if (!value.empty() && value.size() <= text_bytes_max) has(std::string(name) + ":" + value);
  };
  if (described.category) has_text("category", *described.category);
  if (described.brand) has_text("brand", *described.brand);
  if (described.price) measures("price", *described.price);
  for (const auto& [name, value] : described.attributes) {
    if (const auto* text = std::get_if<std::string>(&value)) has_text(name, *text);
    if (const auto* number = std::get_if<double>(&value)) measures(name, *number);
    if (const auto* flag = std::get_if<bool>(&value); flag != nullptr && *flag) has(name);
  }
}

/// Equal values share a tenth, that of the first of them.
std::string tenth_of(const std::string& name, const std::vector<double>& sorted, double value) {
  const auto rank = static_cast<std::size_t>(std::lower_bound(sorted.begin(), sorted.end(), value) - sorted.begin());
  return name + ":tenth " + std::to_string(std::min(rank * tenths / sorted.size(), tenths - 1) + 1);
}

}  // namespace

void feature_table::add(item_row row, const item& described) {
  for_each_feature(
      described, [&](const std::string& name) { rows_of_[name].push_back(row); },
      [&](const std::string& name, double value) {
        numbers_[name].push_back({row, value});
      });
}

item_features feature_table::finish() const {
  auto rows_of = rows_of_;
  for (const auto& [name, given] : numbers_) {
    std::vector<double> sorted;
    for (const auto& each : given) sorted.push_back(each.value);
    std::sort(sorted.begin(), sorted.end());
    for (const auto& [row, value] : given) rows_of[tenth_of(name, sorted, value)].push_back(row);
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

feature_index::feature_index(std::span<const std::string> names, std::span<const item* const> known) {
  for (const auto& name : names) columns_.emplace(name, item_row{static_cast<std::uint32_t>(columns_.size())});
  for (const auto* described : known) {
    if (described == nullptr) continue;
    for_each_feature(
        *described, [](const std::string&) {},
        [&](const std::string& name, double value) { numbers_[name].push_back(value); });
  }
  for (auto& [name, values] : numbers_) std::sort(values.begin(), values.end());
}

taste feature_index::features_of(const item& described) const {
  taste found;
  const auto has = [&](const std::string& name) {
    if (const auto column = columns_.find(name); column != columns_.end()) found.push_back({column->second, 1});
  };
  for_each_feature(described, has, [&](const std::string& name, double value) {
    if (const auto known = numbers_.find(name); known != numbers_.end()) has(tenth_of(name, known->second, value));
  });
  std::ranges::sort(found, {}, &weighted<item_row>::item);
  return found;
}

}  // namespace freshet

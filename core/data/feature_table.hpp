// What:    the metadata of items as sparse features, for models that learn what a category or a brand is worth.
// Names:   "category:Kitchen", "brand:Acme", "<attribute>:<text>", "<attribute>" for one that is true, and prices and
//          other numbers by their tenth of the catalogue: "price:tenth 3".
// Limits:  a feature of fewer than two items says nothing beyond the item itself and is left out; text longer than 64
//          bytes is prose, not a category, and is left out, and so is a name of more than 256 bytes.
// Same:    names and columns depend on the items alone, not on their order.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "core/data/item.hpp"
#include "core/data/item_features.hpp"
#include "core/data/string_map.hpp"
#include "core/data/user_interactions.hpp"

namespace freshet {

class feature_table {
 public:
  explicit feature_table(std::size_t items) : items_(items) {}

  void add(item_row row, const item& described);

  /// Values are 1. Cost: O(n log n) in the features of all items.
  [[nodiscard]] item_features finish() const;

 private:
  std::size_t items_;
  /// Ascending by name, rows in the order in which they were added.
  std::map<std::string, std::vector<item_row>> rows_of_;
  struct measured {
    item_row row{};
    double value{};
  };
  std::map<std::string, std::vector<measured>> numbers_;
};

/// The features of items that came after the table was finished, in its columns.
class feature_index {
 public:
  /// `names` by column, as the table gave them. `known`: the items whose numbers say what a tenth is; null where an
  /// item has no metadata.
  feature_index(std::span<const std::string> names, std::span<const item* const> known);

  /// Ascending by column, values 1; features without a column are left out.
  taste features_of(const item& described) const;

 private:
  string_map<item_row> columns_;
  /// Ascending.
  std::map<std::string, std::vector<double>, std::less<>> numbers_;
};

}  // namespace freshet

// What:    the metadata of items as sparse features, for models that learn what a category or a brand is worth.
// Names:   "category:Kitchen", "brand:Acme", "<attribute>:<text>", "<attribute>" for one that is true, and prices and
//          other numbers by their tenth of the catalogue: "price:tenth 3".
// Limits:  a feature of fewer than two items says nothing beyond the item itself and is left out; text longer than 64
//          bytes is prose, not a category, and is left out, and so is a name of more than 256 bytes.
// Same:    names and columns depend on the items alone, not on their order.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/data/item.hpp"
#include "core/data/item_features.hpp"
#include "core/data/user_interactions.hpp"

namespace freshet {

class feature_table {
 public:
  explicit feature_table(std::size_t items) : items_(items) {}

  void add(item_row row, const item& described);

  /// Values are 1. Cost: O(n log n) in the features of all items.
  [[nodiscard]] item_features finish() const;

 private:
  void add_text(item_row row, std::string_view name, const std::string& value);

  std::size_t items_;
  /// Ascending by name, rows in the order in which they were added.
  std::map<std::string, std::vector<item_row>> rows_of_;
  struct measured {
    item_row row{};
    double value{};
  };
  std::map<std::string, std::vector<measured>> numbers_;
};

}  // namespace freshet

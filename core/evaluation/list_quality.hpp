// What:    what lists are like besides hitting or missing: how much of the catalogue they show, how unlike each other
//          their items are, how unknown, how popular.
// Measures:
//   coverage    share of the catalogue that is in anybody's list
//   diversity   mean over lists of 1 - likeness over the pairs of a list (Ziegler et al. 2005, intra-list). Likeness is
//               the cosine of the items' embeddings or else of their features where the data has them, else the Jaccard
//               index of the users who touched them: a property of the data, never of the model, so that models compare
//   novelty     mean over listed items of -log2((pairs with the item + 1) / (all pairs + items)): bits of surprise
//   popularity  mean over listed items of the share of the catalogue that fewer users touched (ties count half): 0.5 is
//               what a random list has, 1 the most popular item
//   gini        inequality of how often the items of the catalogue are shown: 0 all alike, 1 always the same
// Limits:  diversity looks at 1,000 lists, evenly spaced, and has no value where no list has two items: 0.
// Cost:    O(listed items), for diversity O(1,000 k^2 users of an item).
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/data/training_data.hpp"
#include "core/ranking/top_k.hpp"

namespace freshet {

struct list_quality {
  double coverage{};
  double diversity{};
  double novelty{};
  double popularity{};
  double gini{};
};

class list_judge {
 public:
  /// `data` must outlive this object. `items` is the length of the catalogue, at least the columns of the data.
  list_judge(const training_data& data, std::size_t items);

  /// Of the first k of each list.
  list_quality judge(std::span<const std::vector<scored_row>> lists, std::size_t k) const;

  /// From 0, nothing in common, to 1 (cosines may be below 0).
  double likeness(item_row a, item_row b) const;

 private:
  double diversity_of(std::span<const scored_row> list) const;

  const training_data& data_;
  std::size_t items_;
  interaction_matrix users_of_item_;
  std::vector<double> novelty_;
  std::vector<double> percentile_;
};

}  // namespace freshet

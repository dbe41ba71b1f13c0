// What: small random interaction matrices; the seed is printed when a test fails (SCOPED_TRACE in the caller).
#pragma once

#include "core/base/random.hpp"
#include "core/data/interaction_matrix.hpp"

namespace freshet::testing {

struct interaction_shape {
  std::size_t users = 30;
  std::size_t items = 20;
  double density = 0.2;
};

inline interaction_matrix random_interactions(const interaction_shape& shape, std::uint64_t seed) {
  random_source random(seed);
  interaction_matrix interactions;
  for (std::size_t user = 0; user < shape.users; ++user) {
    std::vector<weighted<item_row>> row;
    for (std::uint32_t item = 0; item < shape.items; ++item) {
      if (random.uniform() >= shape.density) continue;
      row.push_back({item_row{item}, static_cast<float>(1 + random.below(5))});
    }
    interactions.add_row(row);
  }
  interactions.widen(shape.items);
  return interactions;
}

}  // namespace freshet::testing

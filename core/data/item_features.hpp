// What:   what is known of items besides who bought them, row by row of a model.
// Shapes: features [items x names], a value > 0 where an item has the feature; embeddings [items x d].
#pragma once

#include <string>
#include <vector>

#include "core/data/interaction_matrix.hpp"
#include "core/linalg/matrix_view.hpp"

namespace freshet {

/// Metadata as sparse columns: "category:Kitchen", "brand:Acme", ...
struct item_features {
  interaction_matrix values;
  std::vector<std::string> names;
};

/// Dense vectors made elsewhere (PhoBERT, CLIP, ...). Rows that are not `known` are 0.
struct item_embeddings {
  matrix<float> vectors;
  std::vector<bool> known;
};

}  // namespace freshet

// What: other people's ways to the k rows with the highest inner product, to stand beside our scan.
// Shapes: factors [rows x columns] and queries [count x columns] row-major.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "core/linalg/matrix_view.hpp"
#include "core/ranking/top_k.hpp"

namespace freshet::bench {

class contender {
 public:
  virtual ~contender() = default;
  /// ranked[i] becomes the k best rows for query i.
  virtual void rank(matrix_view<const float> queries, std::size_t k, std::vector<std::vector<scored_row>>& ranked) = 0;
};

/// A matrix-vector or matrix-matrix product, then std::partial_sort of the row numbers.
[[nodiscard]] std::unique_ptr<contender> make_eigen(matrix_view<const float> factors);

/// faiss::IndexFlatIP, one thread.
[[nodiscard]] std::unique_ptr<contender> make_faiss(matrix_view<const float> factors);

}  // namespace freshet::bench

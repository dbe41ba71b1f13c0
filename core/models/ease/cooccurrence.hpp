// What:    how often items meet: left^T right of two sparse matrices over the same rows.
// Why:     what closed-form models solve: with left = right = users x items it is the Gram matrix; with left = what
//          came before and right = what came after it counts transitions.
// Shapes:  left [rows x m], right [rows x n]; the product [m x n].
// Same:    each element is summed in the order of the rows: the same bytes for every number of threads.
// Cost:    sum over the rows of left entries x right entries, and a transposed copy of left.
#pragma once

#include <cstddef>

#include "core/data/interaction_matrix.hpp"
#include "core/linalg/matrix_view.hpp"

namespace freshet {

/// Adds left^T right to `sums`.
void add_cooccurrence(const interaction_matrix& left, const interaction_matrix& right, matrix_view<float> sums,
                      std::size_t threads);

/// left^T right without its zeros. Memory: what it returns, twice.
[[nodiscard]] interaction_matrix sparse_cooccurrence(const interaction_matrix& left, const interaction_matrix& right,
                                                     std::size_t threads);

}  // namespace freshet

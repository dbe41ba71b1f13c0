// What:    the largest singular values of a dense matrix and their vectors: a ~ left diag(values) right.
// Why:     the best approximation of that rank, for a tall matrix at the cost of a few products.
// Shapes:  a [n x d]; left [n x r], values [r] descending, right [r x d], r = min(rank, n, d); rows of `right` and
//          columns of `left` are orthonormal.
// Same:    same seed, same bytes on one machine with the same number of BLAS threads. Signs are arbitrary.
// Limits:  a is finite; n and d below 2^31.
// Errors:  invalid_argument where LAPACK does not converge, as on values that are not finite or extreme.
// Cost:    O(n d (rank + oversampling) power_iterations); memory n + d times rank + oversampling.
// Source:  Halko, Martinsson, Tropp 2011, algorithms 4.4 and 5.1.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/base/result.hpp"
#include "core/linalg/matrix_view.hpp"

namespace freshet {

struct truncated_svd_options {
  std::size_t rank{};
  /// Directions sampled beyond the rank.
  std::size_t oversampling = 10;
  /// More of them separate singular values that lie close together.
  std::size_t power_iterations = 4;
  std::uint64_t seed = 42;
};

struct singular_values {
  matrix<float> left;
  std::vector<float> values;
  matrix<float> right;
};

[[nodiscard]] result<singular_values> truncated_svd(matrix_view<const float> a, const truncated_svd_options& options);

}  // namespace freshet

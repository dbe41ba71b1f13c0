// What:    the linear map W that minimizes |x W - y|^2 + lambda |W|^2: W = (xt x + lambda I)^-1 xt y.
// Shapes:  x [n x d], y [n x f], W [d x f]; all row-major. Rows are added as they come and not kept. Several targets of
//          the same x are columns of y side by side: xt x is made and factorized once.
// Exact:   sums of 512 rows are made in float32, sums of those and the solution in double. The rounding, about 1e-7 of
//          the sums, is that of the float32 values which come in and go out; where the rows hardly determine a
//          direction it becomes about 1e-7 x the largest square / lambda. Without a lambda of 1e-6 of its square, a
//          direction of which the rows determine less than 1e-5 cannot be told from rounding: it is open.
// Limits:  no intercept; squares of x within float32.
// Errors:  not_positive_definite when lambda does not make up for directions that no row of x determines.
// Cost:    O(n d^2 + d^3 + n d f) on one thread; memory d (d + f) doubles.
// Source:  Hoerl, Kennard 1970.
#pragma once

#include <vector>

#include "core/base/result.hpp"
#include "core/linalg/matrix_view.hpp"

namespace freshet {

class ridge_regression {
 public:
  struct shape {
    std::size_t x_columns;
    std::size_t y_columns;
  };
  explicit ridge_regression(const shape& columns);

  /// As many rows of x as of y.
  void add(matrix_view<const float> x, matrix_view<const float> y);

  /// Of the rows that were added. lambda >= 0.
  [[nodiscard]] result<matrix<float>> solve(double lambda) const;

 private:
  void add_batch(matrix_view<const float> x, matrix_view<const float> y);

  shape columns_;
  std::size_t rows_ = 0;
  /// xt x, of which only the upper triangle counts, and xt y; the same of one batch.
  std::vector<double> gram_, targets_;
  std::vector<float> gram_of_batch_, targets_of_batch_;
};

}  // namespace freshet

// What:    the linear map W that minimizes |x W - y|^2 + lambda |W|^2: W = (xt x + lambda I)^-1 xt y.
// Shapes:  x [n x d], y [n x f], W [d x f]; all row-major.
// Limits:  no intercept; sums are made in double.
// Errors:  not_positive_definite when lambda does not make up for directions that no row of x determines.
// Cost:    O(n d^2 + d^3 + n d f) on one thread; memory d (d + f) doubles.
// Source:  Hoerl, Kennard 1970.
#pragma once

#include "core/base/result.hpp"
#include "core/linalg/matrix_view.hpp"

namespace freshet {

[[nodiscard]] result<matrix<float>> ridge_regression(matrix_view<const float> x, matrix_view<const float> y,
                                                     double lambda);

}  // namespace freshet

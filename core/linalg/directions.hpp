// What: the rows of a matrix at length 1, so that a cosine is a plain product.
#pragma once

#include "core/linalg/matrix_view.hpp"

namespace freshet {

/// Rows of length 0 stay 0. Lengths are taken in double.
[[nodiscard]] matrix<float> directions_of(matrix_view<const float> rows);

}  // namespace freshet

// What:    the inverse of a symmetric positive definite matrix, in its own place.
// Why:     closed-form models (ease) need the inverse of a Gram matrix of the whole catalogue, and that matrix is the
//          largest thing on the machine: 41,000 items are 6.7 GB, so there is no second one.
// Shapes:  [n x n], row-major, rows back to back.
// Errors:  not_positive_definite naming the row at which the factorization failed.
// Threads: LAPACK works with `threads`, set for the whole process while it runs: one inverse at a time, the others
//          wait.
// Same:    the same bytes for the same matrix and number of threads on one machine.
// Cost:    n^3 multiplications and additions in float32 (Cholesky n^3 / 3, inverse 2 n^3 / 3): minutes from 30,000
//          rows.
// Source:  LAPACK spotrf and spotri, blocked.
#pragma once

#include <cstddef>

#include "core/base/result.hpp"
#include "core/linalg/matrix_view.hpp"

namespace freshet {

/// Reads the diagonal and what is above it; leaves the whole inverse, both halves. After an error the content means
/// nothing.
[[nodiscard]] status invert_positive_definite(matrix_view<float> matrix, std::size_t threads);

/// Copies what is above the diagonal below it.
void mirror_upper_half(matrix_view<float> matrix);

}  // namespace freshet

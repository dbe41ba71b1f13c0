#include "core/linalg/positive_definite.hpp"

#include <cblas.h>
#include <lapacke.h>

#include <algorithm>
#include <limits>
#include <string>

#include "core/base/check.hpp"
#include "core/linalg/blas_thread_limit.hpp"

namespace freshet {

status invert_positive_definite(matrix_view<float> matrix, std::size_t threads) {
  FRESHET_CHECK(matrix.rows() == matrix.columns() && matrix.stride() == matrix.columns());
  FRESHET_CHECK(matrix.rows() <= static_cast<std::size_t>(std::numeric_limits<lapack_int>::max()) && threads > 0);
  const auto n = static_cast<lapack_int>(matrix.rows());
  if (n == 0) return success{};
  const blas_thread_limit used(threads);
  // What lies above the diagonal row by row is what lies below it column by column. The _work forms do not read the
  // matrix once more in search of NaN.
  const lapack_int failed_at = LAPACKE_spotrf_work(LAPACK_COL_MAJOR, 'L', n, matrix.data(), n);
  FRESHET_CHECK(failed_at >= 0, "an argument of spotrf");
  if (failed_at > 0) {
    return error{error_code::not_positive_definite, "the matrix of " + std::to_string(n) +
                                                        " rows is not positive definite in float32 at row " +
                                                        std::to_string(failed_at - 1)};
  }
  // A positive pivot leaves nothing that the second half could refuse.
  FRESHET_CHECK(LAPACKE_spotri_work(LAPACK_COL_MAJOR, 'L', n, matrix.data(), n) == 0);
  mirror_upper_half(matrix);
  return success{};
}

void mirror_upper_half(matrix_view<float> matrix) {
  // Square blocks, so that both halves are read and written by cache lines.
  constexpr std::size_t block = 64;
  const std::size_t n = matrix.rows();
  for (std::size_t top = 0; top < n; top += block) {
    for (std::size_t left = top; left < n; left += block) {
      for (std::size_t i = top; i < std::min(top + block, n); ++i) {
        for (std::size_t j = std::max(left, i + 1); j < std::min(left + block, n); ++j) {
          matrix.row(j)[i] = matrix.row(i)[j];
        }
      }
    }
  }
}

}  // namespace freshet

#include "core/linalg/ridge_regression.hpp"

#include <cblas.h>
#include <lapacke.h>

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "core/linalg/blas_thread_limit.hpp"

namespace freshet {
namespace {

constexpr std::size_t batch_rows = 512;

void widen(matrix_view<const float> from, std::size_t first, std::size_t count, std::vector<double>& to) {
  for (std::size_t i = 0; i < count; ++i) {
    const auto row = from.row(first + i);
    std::copy(row.begin(), row.end(), to.begin() + static_cast<std::ptrdiff_t>(i * from.columns()));
  }
}

/// Adds lambda and factorizes by Cholesky; the number of the first direction that is not determined, from 1, or 0.
std::size_t factorize(std::vector<double>& gram, std::size_t size, double lambda) {
  // What rounding leaves of a pivot that should be 0.
  constexpr double vanishing = 1e-13;
  std::vector<double> smallest_pivot(size);
  for (std::size_t k = 0; k < size; ++k) {
    double& diagonal = gram[k * size + k];
    diagonal += lambda;
    smallest_pivot[k] = vanishing * diagonal;
  }
  const auto n = static_cast<int>(size);
  const auto code = LAPACKE_dpotrf(LAPACK_ROW_MAJOR, 'U', n, gram.data(), n);
  if (code != 0) return static_cast<std::size_t>(std::abs(code));
  for (std::size_t k = 0; k < size; ++k) {
    if (gram[k * size + k] * gram[k * size + k] <= smallest_pivot[k]) return k + 1;
  }
  return 0;
}

}  // namespace

result<matrix<float>> ridge_regression(matrix_view<const float> x, matrix_view<const float> y, double lambda) {
  FRESHET_CHECK(x.rows() == y.rows() && lambda >= 0);
  const auto d = static_cast<int>(x.columns());
  const auto f = static_cast<int>(y.columns());
  matrix<float> map(x.columns(), y.columns());
  if (d == 0 || f == 0) return map;

  // It runs while requests do.
  const blas_thread_limit used(1);
  std::vector<double> gram(x.columns() * x.columns());
  std::vector<double> targets(x.columns() * y.columns());
  std::vector<double> x_batch(batch_rows * x.columns()), y_batch(batch_rows * y.columns());
  for (std::size_t first = 0; first < x.rows(); first += batch_rows) {
    const std::size_t count = std::min(batch_rows, x.rows() - first);
    const auto rows = static_cast<int>(count);
    widen(x, first, count, x_batch);
    widen(y, first, count, y_batch);
    cblas_dsyrk(CblasRowMajor, CblasUpper, CblasTrans, d, rows, 1, x_batch.data(), d, 1, gram.data(), d);
    cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, d, f, rows, 1, x_batch.data(), d, y_batch.data(), f, 1,
                targets.data(), f);
  }
  const std::size_t open = factorize(gram, x.columns(), lambda);
  if (open > 0) {
    return error{error_code::not_positive_definite, "ridge regression: direction " + std::to_string(open) + " of " +
                                                        std::to_string(d) + " is not determined by " +
                                                        std::to_string(x.rows()) + " rows; increase lambda (now " +
                                                        std::to_string(lambda) + ")"};
  }
  LAPACKE_dpotrs(LAPACK_ROW_MAJOR, 'U', d, f, gram.data(), d, targets.data(), f);
  std::transform(targets.begin(), targets.end(), map.values().begin(),
                 [](double value) { return static_cast<float>(value); });
  return map;
}

}  // namespace freshet

#include "core/linalg/ridge_regression.hpp"

#include <cblas.h>
#include <lapacke.h>

#include <algorithm>
#include <cstdlib>

#include "core/linalg/blas_thread_limit.hpp"

namespace freshet {
namespace {

constexpr std::size_t batch_rows = 512;

matrix_view<const float> rows_from(matrix_view<const float> all, std::size_t first, std::size_t count) {
  return {all.row(first).data(), count, all.columns(), all.stride()};
}

void add_to(std::vector<double>& sums, const std::vector<float>& more) {
  for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += more[i];
}

/// Adds lambda and factorizes by Cholesky; the number of the first direction that is not determined, from 1, or 0.
std::size_t factorize(std::vector<double>& gram, std::size_t size, double lambda) {
  // What rounding leaves of a pivot that should be 0; a lambda above what is rounded determines every direction.
  constexpr double vanishing = 1e-5;
  constexpr double rounding = 1e-6;
  std::vector<double> smallest_pivot(size);
  for (std::size_t k = 0; k < size; ++k) {
    double& diagonal = gram[k * size + k];
    smallest_pivot[k] = lambda > rounding * diagonal ? 0 : vanishing * (diagonal + lambda);
    diagonal += lambda;
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

ridge_regression::ridge_regression(const shape& columns)
    : columns_(columns),
      gram_(columns.x_columns * columns.x_columns),
      targets_(columns.x_columns * columns.y_columns),
      gram_of_batch_(gram_.size()),
      targets_of_batch_(targets_.size()) {}

void ridge_regression::add(matrix_view<const float> x, matrix_view<const float> y) {
  FRESHET_CHECK(x.rows() == y.rows() && x.columns() == columns_.x_columns && y.columns() == columns_.y_columns);
  rows_ += x.rows();
  if (targets_.empty()) return;
  // It runs while requests do.
  const blas_thread_limit used(1);
  for (std::size_t first = 0; first < x.rows(); first += batch_rows) {
    const std::size_t count = std::min(batch_rows, x.rows() - first);
    add_batch(rows_from(x, first, count), rows_from(y, first, count));
  }
}

void ridge_regression::add_batch(matrix_view<const float> x, matrix_view<const float> y) {
  const auto d = static_cast<int>(x.columns()), f = static_cast<int>(y.columns()), rows = static_cast<int>(x.rows());
  const auto x_stride = static_cast<int>(x.stride()), y_stride = static_cast<int>(y.stride());
  cblas_ssyrk(CblasRowMajor, CblasUpper, CblasTrans, d, rows, 1, x.data(), x_stride, 0, gram_of_batch_.data(), d);
  cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, d, f, rows, 1, x.data(), x_stride, y.data(), y_stride, 0,
              targets_of_batch_.data(), f);
  add_to(gram_, gram_of_batch_);
  add_to(targets_, targets_of_batch_);
}

result<matrix<float>> ridge_regression::solve(double lambda) const {
  FRESHET_CHECK(lambda >= 0);
  matrix<float> map(columns_.x_columns, columns_.y_columns);
  if (targets_.empty()) return map;
  const blas_thread_limit used(1);
  auto gram = gram_, solved = targets_;
  const std::size_t open = factorize(gram, columns_.x_columns, lambda);
  if (open > 0) {
    return error{error_code::not_positive_definite, "ridge regression: direction " + std::to_string(open) + " of " +
                                                        std::to_string(columns_.x_columns) + " is not determined by " +
                                                        std::to_string(rows_) + " rows; increase lambda (now " +
                                                        std::to_string(lambda) + ")"};
  }
  const auto d = static_cast<int>(columns_.x_columns), f = static_cast<int>(columns_.y_columns);
  LAPACKE_dpotrs(LAPACK_ROW_MAJOR, 'U', d, f, gram.data(), d, solved.data(), f);
  std::ranges::transform(solved, map.values().begin(), [](double value) { return static_cast<float>(value); });
  return map;
}

}  // namespace freshet

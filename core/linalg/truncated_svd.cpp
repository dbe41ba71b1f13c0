#include "core/linalg/truncated_svd.hpp"

#include <cblas.h>
#include <lapacke.h>

#include <algorithm>

#include "core/base/random.hpp"

namespace freshet {
namespace {

error failed(const char* step, lapack_int code) {
  return {error_code::invalid_argument, std::string("singular values: ") + step + " failed with LAPACK code " +
                                            std::to_string(code) + "; look for values that are not finite or extreme"};
}

/// a b, or at b.
matrix<float> product(matrix_view<const float> a, bool transposed, const matrix<float>& b) {
  matrix<float> c(transposed ? a.columns() : a.rows(), b.columns());
  cblas_sgemm(CblasRowMajor, transposed ? CblasTrans : CblasNoTrans, CblasNoTrans, static_cast<int>(c.rows()),
              static_cast<int>(c.columns()), static_cast<int>(b.rows()), 1, a.data(), static_cast<int>(a.stride()),
              b.values().data(), static_cast<int>(b.columns()), 0, c.values().data(), static_cast<int>(c.columns()));
  return c;
}

/// Replaces the columns by an orthonormal basis of what they span; rows >= columns.
status orthonormalize(matrix<float>& basis) {
  // Row-major [n x l] is column-major [l x n]: its LQ factorization needs no copy.
  const auto columns = static_cast<lapack_int>(basis.columns());
  const auto rows = static_cast<lapack_int>(basis.rows());
  float* values = basis.values().data();
  std::vector<float> reflectors(basis.columns());
  auto code = LAPACKE_sgelqf(LAPACK_COL_MAJOR, columns, rows, values, columns, reflectors.data());
  if (code != 0) return failed("a factorization", code);
  code = LAPACKE_sorglq(LAPACK_COL_MAJOR, columns, rows, columns, values, columns, reflectors.data());
  if (code != 0) return failed("a basis", code);
  return success{};
}

}  // namespace

result<singular_values> truncated_svd(matrix_view<const float> a, const truncated_svd_options& options) {
  const std::size_t n = a.rows(), d = a.columns();
  const std::size_t rank = std::min({options.rank, n, d});
  if (rank == 0) return singular_values{matrix<float>(n, 0), {}, matrix<float>(0, d)};
  const std::size_t sampled = std::min({rank + options.oversampling, n, d});

  random_source random(options.seed);
  matrix<float> directions(d, sampled);
  for (float& value : directions.values()) value = static_cast<float>(random.normal());
  matrix<float> basis = product(a, false, directions);
  FRESHET_TRY(orthonormalize(basis));
  for (std::size_t i = 0; i < options.power_iterations; ++i) {
    directions = product(a, true, basis);
    FRESHET_TRY(orthonormalize(directions));
    basis = product(a, false, directions);
    FRESHET_TRY(orthonormalize(basis));
  }

  // at basis = bt [d x sampled], whose row-major transpose b is what LAPACK sees as bt by columns.
  const auto small = product(a, true, basis);
  matrix<float> b(sampled, d);
  for (std::size_t i = 0; i < d; ++i) {
    for (std::size_t j = 0; j < sampled; ++j) b.row(j)[i] = small.row(i)[j];
  }
  matrix<float> right(sampled, d);
  matrix<float> rotation(sampled, sampled);
  std::vector<float> values(sampled);
  const auto code =
      LAPACKE_sgesdd(LAPACK_COL_MAJOR, 'S', static_cast<lapack_int>(d), static_cast<lapack_int>(sampled),
                     b.values().data(), static_cast<lapack_int>(d), values.data(), right.values().data(),
                     static_cast<lapack_int>(d), rotation.values().data(), static_cast<lapack_int>(sampled));
  if (code != 0) return failed("the small problem", code);

  const auto rotated = product(basis.view(), false, rotation);
  singular_values found{matrix<float>(n, rank),
                        {values.begin(), values.begin() + static_cast<std::ptrdiff_t>(rank)},
                        matrix<float>(rank, d)};
  for (std::size_t i = 0; i < n; ++i) std::copy_n(rotated.row(i).data(), rank, found.left.row(i).data());
  std::copy_n(right.values().data(), rank * d, found.right.values().data());
  return found;
}

}  // namespace freshet

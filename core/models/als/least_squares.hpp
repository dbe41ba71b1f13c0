// What:    what training and fold-in of least-squares models share: aligned rows, the weighted Gram matrix, and the
//          exact solution of one row's system.
// Shapes:  width = padded_width(factors); see least_squares_kernels.hpp.
// Same:    sums are made in chunks of fixed size and added in order: the number of threads changes no byte.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <vector>

#include "core/linalg/matrix_view.hpp"
#include "core/models/als/least_squares_kernels.hpp"

namespace freshet {

/// Zeroed floats that start at a cache line.
class aligned_floats {
 public:
  explicit aligned_floats(std::size_t count);
  float* data() { return values_.get(); }
  const float* data() const { return values_.get(); }

 private:
  struct release {
    void operator()(float* values) const { std::free(values); }
  };
  std::unique_ptr<float[], release> values_;
};

/// weight x sum over rows r rt: [width x width], both triangles, padding 0. Columns beyond those of `rows` count as 0.
[[nodiscard]] std::vector<float> weighted_gram(matrix_view<const float> rows, float weight, std::size_t threads);

/// One row's system without the kernels' demands: the other side's rows may have any stride and no padding.
struct row_system {
  std::span<const float> gram;  // as weighted_gram gives it
  float regularization{};
  float unobserved_weight{};
  matrix_view<const float> other;
  std::span<const std::uint32_t> columns;
  std::span<const float> confidences;
};

/// Solves such systems one after the other, keeping its memory.
class exact_solver {
 public:
  /// `entries_max`: the most entries of a system; more are taken in several goes.
  exact_solver(std::size_t factors, std::size_t entries_max);

  struct solution {
    /// [width], valid until the next call.
    std::span<const float> x;
    /// xt A x - 2 b x
    double objective{};
    /// Directions that nothing determines, set to 0.
    std::size_t dropped{};
  };
  solution solve(const row_system& system);

  /// A^-1 b for the system's A and another right-hand side, [factors]; as above, [width] and valid until the next call.
  std::span<const float> solve_for(const row_system& system, std::span<const float> b);

 private:
  /// Makes A, upper, and leaves b in the vectors.
  void assemble(const row_system& system);

  const least_squares_kernels* kernels_;
  std::size_t width_;
  std::size_t batch_;
  aligned_floats matrix_;
  aligned_floats rows_;
  aligned_floats weighted_;
  aligned_floats vectors_;  // b, its copy, x
};

}  // namespace freshet

// What:    the inner loops of regularized least squares with a shared Gram matrix, one set per instruction set, chosen
//          once at run time.
// System:  A x = b with A = G + l I + sum_j (c_j - w) y_j y_jt, b = sum_j c_j y_j; G is shared by all systems.
// Shapes:  width = factors rounded up to 16; y_j and x are rows of `width` floats whose tail is 0; matrices are
//          [width x width] row-major. Only blocks of 16 x 16 on and above the diagonal are read or written where a
//          comment says "upper".
// Threads: pure functions.
// Limits:  width <= least_squares_width_max.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace freshet {

inline constexpr std::size_t least_squares_width_max = 1024;

constexpr std::size_t padded_width(std::size_t factors) {
  return (factors + 15) / 16 * 16;
}

/// One user's (or item's) system.
struct normal_equations {
  const float* gram{};  // G, both triangles
  float regularization{};
  float unobserved_weight{};
  const float* factors{};  // the other side, [. x width]
  const std::uint32_t* columns{};
  const float* confidences{};
  std::size_t count{};
  std::size_t width{};
};

struct least_squares_kernels {
  /// "portable", "avx2", "avx512".
  std::string_view name;

  /// a += sum over `count` rows of weighted[i] rows[i]t, upper. `rows` and `weighted` are [count x width].
  void (*add_outer_products)(const float* rows, const float* weighted, std::size_t count, std::size_t width, float* a);

  /// At most `steps` conjugate gradient steps from x. Returns xt A x - 2 b x at the end.
  /// scratch: 4 x width floats.
  double (*conjugate_gradient)(const normal_equations& system, std::size_t steps, float* x, float* scratch);

  /// Solves a x = b by Cholesky; destroys a (upper) and b. A direction whose pivot vanishes against its diagonal gets
  /// 0. Returns how many did.
  std::size_t (*cholesky_solve)(float* a, float* b, float* x, std::size_t width);
};

/// The fastest set that this machine runs.
[[nodiscard]] const least_squares_kernels& best_least_squares_kernels();

/// Every set that this machine runs, the fastest first.
[[nodiscard]] std::span<const least_squares_kernels* const> available_least_squares_kernels();

}  // namespace freshet

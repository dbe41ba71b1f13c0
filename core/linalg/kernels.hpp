// What:    the inner loops of ranking, one set per instruction set, chosen once at run time.
// Why:     a binary for every x86-64 must still use the widest vectors of the machine it lands on, and a user's answer
//          must not depend on which machine that was.
// Results: every set gives the same bytes. Floating-point sums have one fixed order (below) and no fused
//          multiply-add; integer sums are exact.
// Threads: pure functions.
// Limits:  pointers may be unaligned and must not overlap.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace freshet {

/// Lanes of a floating-point sum: element j is added to lane j % 16, ascending; then lane l takes lane l + 8, l + 4,
/// l + 2, l + 1.
inline constexpr std::size_t sum_lanes = 16;

struct kernel_set {
  /// "portable", "avx2", "avx512-vnni".
  std::string_view name;

  /// Sum over j < n of a[j] x b[j], in the order of `sum_lanes`.
  float (*dot)(const float* a, const float* b, std::size_t n);

  /// y[j] += weight x x[j], product rounded before the sum.
  void (*add_scaled)(float weight, const float* x, float* y, std::size_t n);

  /// Bit j of the result: values[j] > threshold; n <= 64. Never set for NaN.
  std::uint64_t (*above)(const float* values, std::size_t n, float threshold);
};

/// The fastest set that this machine runs.
[[nodiscard]] const kernel_set& best_kernels();

/// Every set that this machine runs, the fastest first; "portable" is always the last.
[[nodiscard]] std::span<const kernel_set* const> available_kernels();

}  // namespace freshet

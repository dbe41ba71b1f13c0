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

/// Rows of an int8 matrix that a kernel takes at once.
inline constexpr std::size_t rows_per_group = 16;
/// Groups in one call: a bit each in one word.
inline constexpr std::size_t groups_per_tile_max = 64;
/// Queries in one call.
inline constexpr std::size_t queries_per_block_max = 8;

/// Some groups of an int8 matrix, back to back. Codes lie within -127..127.
struct int8_tile {
  /// [groups][quads][16 rows][4 columns]: what one row contributes to one step of a sum lies together.
  const std::int8_t* codes{};
  /// Columns / 4, rounded up; what is beyond the last column is 0.
  std::size_t quads{};
  /// Bit g: group g is wanted.
  std::uint64_t groups{};
};

/// Queries that share a pass over a tile.
struct int8_queries {
  /// [quads][count][4 columns]
  const std::int8_t* codes{};
  /// Sum of each query's codes.
  const std::int32_t* sums{};
  /// 1, 2, 4 or 8.
  std::size_t count{};
};

/// upper(row) = row_scales[row] x (product[row] + group_errors[row / 16]) + bias[row] x bias_scale: an upper bound of
/// the row's score in steps of the query's scale; int8_quantization.hpp has the reasons.
struct int8_bounds {
  const float* row_scales{};
  const float* group_errors{};
  const float* bias{};  // null: none
  float bias_scale{};
  float threshold{};
};

struct kernel_set {
  /// "portable", "avx2", "avx512-vnni".
  std::string_view name;

  /// Sum over j < n of a[j] x b[j], in the order of `sum_lanes`.
  float (*dot)(const float* a, const float* b, std::size_t n);

  /// y[j] += weight x x[j], product rounded before the sum.
  void (*add_scaled)(float weight, const float* x, float* y, std::size_t n);

  /// Bit j of the result: values[j] > threshold; n <= 64. Never set for NaN.
  std::uint64_t (*above)(const float* values, std::size_t n, float threshold);

  /// products[q x stride + row] = row of the tile . query q, for every row of a wanted group; others keep what they
  /// had.
  void (*dot_int8)(const int8_tile& tile, const int8_queries& queries, std::int32_t* products, std::size_t stride);

  /// Bit r % 64 of reaching[r / 64]: upper(r) >= threshold and the group of row r is wanted. Writes a word for every 4
  /// groups up to the last one that is wanted.
  void (*rows_reaching)(const int8_bounds& bounds, const std::int32_t* products, std::uint64_t groups,
                        std::uint64_t* reaching);
};

/// The fastest set that this machine runs.
[[nodiscard]] const kernel_set& best_kernels();

/// Every set that this machine runs, the fastest first; "portable" is always the last.
[[nodiscard]] std::span<const kernel_set* const> available_kernels();

}  // namespace freshet

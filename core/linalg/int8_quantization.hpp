// What:    rows and queries as int8 codes with scales, and how far a score computed from the codes can be off.
// Why:     codes are a quarter of the bytes and a sixteenth of the multiplications of float32, and a bound that holds
//          tells which few rows must be scored exactly: the answer is that of brute force.
// Shapes:  codes in the order of int8_tile: [groups][quads][16 rows][4 columns].
// Limits:  lengths whose largest element is 0 or lies in [2^-40, 2^40], up to 65536 columns; others have no bound.
// Cost:    columns + 4.5 bytes a row. Building: about 2.5 ns an element.
//
// The bound. A row v has scale s = max|v| / 127, codes c = round(v / s), w = s c, and e = v - w. A query q has scale t,
// codes d, x = t d, and g = q - x. Then
//
//     q.v - x.w = q.e + g.w,     so     |q.v - s t (c.d)| <= s (|q| E + |g| R)                  (Cauchy, Schwarz)
//
// for any E >= |e| / s and R >= |c|. E and R are the largest of a group of 16 rows.
//
// Rounding. With u = 2^-24 and f columns, the float32 score, the estimate s t (c.d) and the bound are each sums of
// terms that are all at most s (|q| + |g|) (E + R) in size, because |v| <= s (E + R). The score's own order of
// summation puts at most f / 16 + 6 roundings on a term, and evaluating the estimate and the bound at most 10 more. So
// the bound stays true in float32 when K (|q| + |g|), K = (f / 16 + 32) u, is added to both |q| and |g|. A bias b adds
// at most K |b|, which the caller leaves as a margin. Underflow is harmless: f 2^-149 is far below K s |q| R, by the
// limits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/linalg/kernels.hpp"
#include "core/linalg/matrix_view.hpp"

namespace freshet {

inline constexpr std::size_t quantized_columns_max = 65536;
inline constexpr float quantized_magnitude_min = 0x1p-40F;
inline constexpr float quantized_magnitude_max = 0x1p40F;

/// K of the bound above.
[[nodiscard]] inline float rounding_share(std::size_t columns) {
  return static_cast<float>(columns / sum_lanes + 32) * 0x1p-24F;
}

struct quantized_matrix {
  /// One quad of one group.
  struct alignas(64) line {
    std::int8_t codes[rows_per_group * 4];
  };
  std::vector<line> lines;
  std::size_t quads{};
  /// [rows], 0 for a row of zeros or without a bound.
  std::vector<float> row_scales;
  /// [groups] E and R.
  std::vector<float> group_errors;
  std::vector<float> group_norms;
  /// Rows without a bound, ascending: not finite, or outside the limits.
  std::vector<std::size_t> unbounded;

  const std::int8_t* group_codes(std::size_t group) const { return lines[group * quads].codes; }
};

/// Row i becomes row order[i] of what is given; without an order, row i. The rows that fill up the last `multiple` are
/// zeros.
struct quantization_layout {
  std::span<const std::uint32_t> order;
  std::size_t multiple = rows_per_group;
};
[[nodiscard]] quantized_matrix quantize(matrix_view<const float> rows, const quantization_layout& layout);

/// A query as the bound needs it: t, |q| / t and |g| / t, both with the share for rounding.
struct quantized_query {
  float scale{};
  float norm{};
  float error{};
  /// Of the codes.
  std::int32_t sum{};
};

/// Whether the bound can be used for this query: finite, not zero, within the limits.
[[nodiscard]] bool has_bound(std::span<const float> q);

/// Writes as many codes as `q` has columns, rounded up to 4; those beyond are 0. `q` has a bound.
[[nodiscard]] quantized_query quantize(std::span<const float> q, std::int8_t* codes);

/// |v|, summed in double; not finite where an element is not.
[[nodiscard]] double length_of(std::span<const float> values);

}  // namespace freshet

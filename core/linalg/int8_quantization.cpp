#include "core/linalg/int8_quantization.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

#include "core/base/check.hpp"

namespace freshet {
namespace {

// Sums in double are off by far less than this; what is stored must not be too small.
constexpr double outwards = 1 + 1e-6;

// Loops over this many elements side by side are what the compiler makes vector instructions of.
constexpr std::size_t lanes = 8;

// NaN when an element is not finite.
float magnitude_of(std::span<const float> values) {
  float largest[lanes] = {};
  float invalid[lanes] = {};
  std::size_t j = 0;
  for (; j + lanes <= values.size(); j += lanes) {
    for (std::size_t l = 0; l < lanes; ++l) {
      const float magnitude = std::abs(values[j + l]);
      largest[l] = largest[l] < magnitude ? magnitude : largest[l];
      invalid[l] += values[j + l] * 0;
    }
  }
  for (std::size_t l = 0; j + l < values.size(); ++l) {
    largest[l] = std::max(largest[l], std::abs(values[j + l]));
    invalid[l] += values[j + l] * 0;
  }
  return *std::max_element(largest, largest + lanes) + std::accumulate(invalid, invalid + lanes, 0.0F);
}

bool within_limits(float magnitude, std::size_t columns) {
  return magnitude >= quantized_magnitude_min && magnitude <= quantized_magnitude_max &&
         columns <= quantized_columns_max;
}

struct code_lengths {
  double error_squared{};       // |e|^2 in units of the scale
  std::int32_t norm_squared{};  // |c|^2, below 2^31 for quantized_columns_max
  std::int32_t sum{};
};

// Writes a code for each of `count` values and adds the squares of what they are off by, each to its lane. The scale is
// the largest magnitude / 127, rounded to float32: no code is beyond 127.
void quantize_lanes(const float* values, double inverse, std::int8_t* codes, double* errors, std::size_t count) {
  // Adding and taking away 1.5 x 2^52 rounds to the nearest integer, without a call.
  constexpr double rounder = 0x1.8p52;
  for (std::size_t l = 0; l < count; ++l) {
    const double scaled = static_cast<double>(values[l]) * inverse;
    const double rounded = (scaled + rounder) - rounder;
    const double error = scaled - rounded;
    errors[l] += error * error;
    codes[l] = static_cast<std::int8_t>(static_cast<std::int32_t>(rounded));
  }
}

// Writes a code for each element.
code_lengths quantize_values(std::span<const float> values, float scale, std::int8_t* codes) {
  const double inverse = 1 / static_cast<double>(scale);
  double errors[lanes] = {};
  std::size_t j = 0;
  for (; j + lanes <= values.size(); j += lanes) quantize_lanes(values.data() + j, inverse, codes + j, errors, lanes);
  quantize_lanes(values.data() + j, inverse, codes + j, errors, values.size() - j);
  code_lengths lengths{.error_squared = std::accumulate(errors, errors + lanes, 0.0)};
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::int16_t code = codes[i];
    lengths.norm_squared += code * code;
    lengths.sum += code;
  }
  return lengths;
}

// `codes` has room for the columns, rounded up to a quad.
void quantize_row(quantized_matrix& made, std::size_t row, std::span<const float> values,
                  std::vector<std::int8_t>& codes) {
  const float magnitude = magnitude_of(values);
  if (magnitude == 0) return;
  if (!within_limits(magnitude, values.size())) {
    made.unbounded.push_back(row);
    return;
  }
  const std::size_t group = row / rows_per_group;
  auto* const lines = made.lines.data() + group * made.quads;
  const std::size_t place = row % rows_per_group * 4;
  const float scale = magnitude / 127;
  const code_lengths lengths = quantize_values(values, scale, codes.data());
  for (std::size_t quad = 0; quad < made.quads; ++quad) {
    std::memcpy(lines[quad].codes + place, codes.data() + quad * 4, 4);
  }
  made.row_scales[row] = scale;
  auto raise = [](float& largest, double squared) {
    largest = std::max(largest, static_cast<float>(std::sqrt(squared) * outwards));
  };
  raise(made.group_errors[group], lengths.error_squared);
  raise(made.group_norms[group], lengths.norm_squared);
}

}  // namespace

quantized_matrix quantize(matrix_view<const float> rows, const quantization_layout& layout) {
  FRESHET_CHECK(layout.multiple % rows_per_group == 0 && layout.multiple > 0);
  FRESHET_CHECK(layout.order.empty() || layout.order.size() == rows.rows(), "a place for every row");
  const std::size_t padded = (rows.rows() + layout.multiple - 1) / layout.multiple * layout.multiple;
  const std::size_t groups = padded / rows_per_group;
  quantized_matrix made;
  made.quads = (rows.columns() + 3) / 4;
  made.lines.resize(groups * made.quads);
  made.row_scales.resize(padded);
  made.group_errors.resize(groups);
  made.group_norms.resize(groups);
  const auto place_of = [&](std::size_t row) { return layout.order.empty() ? row : layout.order[row]; };
  // Rows in another order come from memory one by one: each is asked for some rows ahead.
  constexpr std::size_t rows_ahead = 8;
  constexpr std::size_t floats_per_line = 16;
  std::vector<std::int8_t> codes(made.quads * 4);
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    if (row + rows_ahead < rows.rows()) {
      const auto next = rows.row(place_of(row + rows_ahead));
      for (std::size_t j = 0; j < next.size(); j += floats_per_line) __builtin_prefetch(next.data() + j);
    }
    quantize_row(made, row, rows.row(place_of(row)), codes);
  }
  return made;
}

double length_of(std::span<const float> values) {
  double squares[lanes] = {};
  const auto add = [&](std::size_t j, std::size_t l) {
    squares[l] += static_cast<double>(values[j + l]) * static_cast<double>(values[j + l]);
  };
  std::size_t j = 0;
  for (; j + lanes <= values.size(); j += lanes) {
    for (std::size_t l = 0; l < lanes; ++l) add(j, l);
  }
  for (std::size_t l = 0; j + l < values.size(); ++l) add(j, l);
  return std::sqrt(std::accumulate(squares, squares + lanes, 0.0));
}

bool has_bound(std::span<const float> q) {
  return within_limits(magnitude_of(q), q.size());
}

quantized_query quantize(std::span<const float> q, std::int8_t* codes) {
  const float scale = magnitude_of(q) / 127;
  for (std::size_t j = q.size(); j % 4 != 0; ++j) codes[j] = 0;
  const code_lengths lengths = quantize_values(q, scale, codes);
  const double norm = length_of(q) / static_cast<double>(scale);
  const double error = std::sqrt(lengths.error_squared);
  const double share = static_cast<double>(rounding_share(q.size())) * (norm + error);
  return {.scale = scale,
          .norm = static_cast<float>((norm + share) * outwards),
          .error = static_cast<float>((error + share) * outwards),
          .sum = lengths.sum};
}

}  // namespace freshet

#include "core/linalg/int8_quantization.hpp"

#include <algorithm>
#include <cmath>

#include "core/base/check.hpp"

namespace freshet {
namespace {

// Sums in double are off by far less than this; what is stored must not be too small.
constexpr double outwards = 1 + 1e-6;

// NaN when an element is not finite.
float magnitude_of(std::span<const float> values) {
  float magnitude = 0;
  float invalid = 0;
  for (const float value : values) {
    magnitude = std::max(magnitude, std::abs(value));
    invalid += value * 0;
  }
  return magnitude + invalid;
}

bool within_limits(float magnitude, std::size_t columns) {
  return magnitude >= quantized_magnitude_min && magnitude <= quantized_magnitude_max &&
         columns <= quantized_columns_max;
}

struct code_lengths {
  double error_squared{};  // |e|^2 in units of the scale
  double norm_squared{};   // |c|^2
  std::int32_t sum{};
};

// Calls write(j, code) for each element.
template <class Write>
code_lengths quantize_values(std::span<const float> values, float scale, Write write) {
  code_lengths lengths;
  const double inverse = 1 / static_cast<double>(scale);
  // Adding and taking away 1.5 x 2^52 rounds to the nearest integer, without a call.
  constexpr double rounder = 0x1.8p52;
  for (std::size_t j = 0; j < values.size(); ++j) {
    const double scaled = static_cast<double>(values[j]) * inverse;
    const double rounded = std::clamp((scaled + rounder) - rounder, -127.0, 127.0);
    const double error = scaled - rounded;
    lengths.error_squared += error * error;
    lengths.norm_squared += rounded * rounded;
    lengths.sum += static_cast<std::int32_t>(rounded);
    write(j, static_cast<std::int8_t>(rounded));
  }
  return lengths;
}

void quantize_row(quantized_matrix& made, std::size_t row, std::span<const float> values) {
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
  const code_lengths lengths = quantize_values(
      values, scale, [&](std::size_t j, std::int8_t code) { lines[j / 4].codes[place + j % 4] = code; });
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
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    quantize_row(made, row, rows.row(layout.order.empty() ? row : layout.order[row]));
  }
  return made;
}

bool has_bound(std::span<const float> q) {
  return within_limits(magnitude_of(q), q.size());
}

quantized_query quantize(std::span<const float> q, std::int8_t* codes, std::size_t stride) {
  const float scale = magnitude_of(q) / 127;
  for (std::size_t j = q.size(); j % 4 != 0; ++j) codes[j / 4 * stride + j % 4] = 0;
  const code_lengths lengths =
      quantize_values(q, scale, [&](std::size_t j, std::int8_t code) { codes[j / 4 * stride + j % 4] = code; });
  double squared = 0;
  for (const float value : q) squared += static_cast<double>(value) * static_cast<double>(value);
  const double norm = std::sqrt(squared) / static_cast<double>(scale);
  const double error = std::sqrt(lengths.error_squared);
  const double share = static_cast<double>(rounding_share(q.size())) * (norm + error);
  return {.scale = scale,
          .norm = static_cast<float>((norm + share) * outwards),
          .error = static_cast<float>((error + share) * outwards),
          .sum = lengths.sum};
}

}  // namespace freshet

#include "core/content/content_vectors.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "core/linalg/kernels.hpp"

namespace freshet {
bool scale_to_one(std::span<float> values) {
  // Side by side: one sum would wait for each of its additions.
  constexpr std::size_t sums = 8;
  std::array<double, sums> squares{};
  const auto add = [&](std::size_t sum, double value) { squares[sum] += value * value; };
  const std::size_t whole = values.size() / sums * sums;
  for (std::size_t j = 0; j < whole; j += sums) {
    for (std::size_t sum = 0; sum < sums; ++sum) add(sum, values[j + sum]);
  }
  for (std::size_t j = whole; j < values.size(); ++j) add(j - whole, values[j]);
  const double squared = std::accumulate(squares.begin(), squares.end(), 0.0);
  if (!(squared > 0) || !std::isfinite(squared)) {
    std::ranges::fill(values, 0.0F);
    return false;
  }
  const double scale = 1 / std::sqrt(squared);
  for (auto& value : values) value = static_cast<float>(value * scale);
  return true;
}

void scale_rows_to_one(matrix<float>& vectors) {
  for (std::size_t row = 0; row < vectors.rows(); ++row) scale_to_one(vectors.row(row));
}

std::vector<float> content_profile(matrix_view<const float> content, std::span<const item_row> rows) {
  std::vector<float> profile(content.columns(), 0);
  for (const auto row : rows) {
    best_kernels().add_scaled(1, content.row(to_integer(row)).data(), profile.data(), profile.size());
  }
  if (!scale_to_one(profile)) profile.clear();
  return profile;
}

}  // namespace freshet

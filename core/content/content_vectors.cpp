#include "core/content/content_vectors.hpp"

#include <algorithm>
#include <cmath>

#include "core/linalg/kernels.hpp"

namespace freshet {
namespace {

/// False when there is no direction to keep.
bool scale_to_one(std::span<float> values) {
  double squares = 0;
  for (const double value : values) squares += value * value;
  if (!(squares > 0) || !std::isfinite(squares)) {
    std::ranges::fill(values, 0.0F);
    return false;
  }
  const double scale = 1 / std::sqrt(squares);
  for (auto& value : values) value = static_cast<float>(value * scale);
  return true;
}

}  // namespace

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

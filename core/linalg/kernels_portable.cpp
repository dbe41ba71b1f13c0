#include "core/linalg/kernel_sets.hpp"

namespace freshet {
namespace {

float dot(const float* a, const float* b, std::size_t n) {
  float lanes[sum_lanes] = {};
  std::size_t j = 0;
  for (; j + sum_lanes <= n; j += sum_lanes) {
    for (std::size_t l = 0; l < sum_lanes; ++l) lanes[l] += a[j + l] * b[j + l];
  }
  for (std::size_t l = 0; j + l < n; ++l) lanes[l] += a[j + l] * b[j + l];
  for (std::size_t width = sum_lanes / 2; width > 0; width /= 2) {
    for (std::size_t l = 0; l < width; ++l) lanes[l] += lanes[l + width];
  }
  return lanes[0];
}

void add_scaled(float weight, const float* x, float* y, std::size_t n) {
  for (std::size_t j = 0; j < n; ++j) y[j] += weight * x[j];
}

std::uint64_t above(const float* values, std::size_t n, float threshold) {
  std::uint64_t mask = 0;
  for (std::size_t j = 0; j < n; ++j) mask |= std::uint64_t{values[j] > threshold} << j;
  return mask;
}

}  // namespace

const kernel_set portable_kernels{.name = "portable", .dot = dot, .add_scaled = add_scaled, .above = above};

}  // namespace freshet

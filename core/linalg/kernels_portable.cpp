#include <bit>

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

void dot_group(const std::int8_t* rows, std::size_t quads, const std::int8_t* query, std::size_t query_stride,
               std::int32_t* products) {
  std::int32_t sums[rows_per_group] = {};
  for (std::size_t quad = 0; quad < quads; ++quad) {
    const std::int8_t* v = rows + quad * rows_per_group * 4;
    const std::int8_t* q = query + quad * query_stride;
    for (std::size_t row = 0; row < rows_per_group; ++row) {
      sums[row] += v[row * 4] * q[0] + v[row * 4 + 1] * q[1] + v[row * 4 + 2] * q[2] + v[row * 4 + 3] * q[3];
    }
  }
  for (std::size_t row = 0; row < rows_per_group; ++row) products[row] = sums[row];
}

void dot_int8(const int8_tile& tile, const int8_queries& queries, std::int32_t* products, std::size_t stride) {
  for (std::uint64_t left = tile.groups; left != 0; left &= left - 1) {
    const auto group = static_cast<std::size_t>(std::countr_zero(left));
    const std::int8_t* rows = tile.codes + group * tile.quads * rows_per_group * 4;
    for (std::size_t q = 0; q < queries.count; ++q) {
      dot_group(rows, tile.quads, queries.codes + q * 4, queries.count * 4,
                products + q * stride + group * rows_per_group);
    }
  }
}

std::uint64_t group_reaching(const int8_bounds& bounds, const std::int32_t* products, std::size_t group) {
  std::uint64_t mask = 0;
  for (std::size_t lane = 0; lane < rows_per_group; ++lane) {
    const std::size_t row = group * rows_per_group + lane;
    float upper = bounds.row_scales[row] * (static_cast<float>(products[row]) + bounds.group_errors[group]);
    if (bounds.bias != nullptr) upper += bounds.bias[row] * bounds.bias_scale;
    mask |= std::uint64_t{upper >= bounds.threshold} << lane;
  }
  return mask;
}

void rows_reaching(const int8_bounds& bounds, const std::int32_t* products, std::uint64_t groups,
                   std::uint64_t* reaching) {
  for (std::size_t first = 0; groups != 0; groups >>= 4, first += 4, ++reaching) {
    *reaching = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      if ((groups >> i & 1) != 0) *reaching |= group_reaching(bounds, products, first + i) << i * rows_per_group;
    }
  }
}

}  // namespace

const kernel_set portable_kernels{.name = "portable",
                                  .dot = dot,
                                  .add_scaled = add_scaled,
                                  .above = above,
                                  .dot_int8 = dot_int8,
                                  .rows_reaching = rows_reaching};

}  // namespace freshet

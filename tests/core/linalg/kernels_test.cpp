#include "core/linalg/kernels.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "core/base/random.hpp"
#include "tests/support/naive_ranking.hpp"

namespace freshet {
namespace {

using testing::naive_dot;

std::vector<float> normals(random_source& random, std::size_t n) {
  std::vector<float> values(n);
  for (float& value : values) value = static_cast<float>(random.normal());
  return values;
}

/// Runs every test for every set that this machine can run.
class kernels : public ::testing::TestWithParam<const kernel_set*> {};

TEST_P(kernels, dot_gives_the_same_bytes_as_the_naive_loop) {
  random_source random(1);
  for (std::size_t n = 0; n <= 131; ++n) {
    // From odd addresses, with a guard behind the end that must not be read into the sum.
    auto a = normals(random, n + 1);
    auto b = normals(random, n + 2);
    a.push_back(std::numeric_limits<float>::quiet_NaN());
    b.push_back(std::numeric_limits<float>::quiet_NaN());
    const std::span<const float> x{a.data() + 1, n};
    const std::span<const float> y{b.data() + 2, n};
    EXPECT_EQ(GetParam()->dot(x.data(), y.data(), n), naive_dot(x, y)) << "length " << n;
  }
}

TEST_P(kernels, dot_carries_infinities_and_nan_through) {
  std::vector<float> a(37, 1);
  std::vector<float> b(37, 1);
  a[20] = std::numeric_limits<float>::infinity();
  EXPECT_EQ(GetParam()->dot(a.data(), b.data(), a.size()), std::numeric_limits<float>::infinity());
  b[36] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_TRUE(std::isnan(GetParam()->dot(a.data(), b.data(), a.size())));
}

TEST_P(kernels, add_scaled_gives_the_same_bytes_as_the_naive_loop) {
  random_source random(2);
  for (std::size_t n = 0; n <= 70; ++n) {
    const auto x = normals(random, n);
    auto sums = normals(random, n + 1);
    auto expected = sums;
    const auto weight = static_cast<float>(random.normal());
    for (std::size_t j = 0; j < n; ++j) {
      const float product = weight * x[j];
      expected[j] += product;
    }
    GetParam()->add_scaled(weight, x.data(), sums.data(), n);
    EXPECT_EQ(sums, expected) << "length " << n;
  }
}

TEST_P(kernels, above_finds_the_values_over_the_threshold_and_never_nan) {
  random_source random(3);
  for (std::size_t n = 0; n <= 64; ++n) {
    auto values = normals(random, n + 1);
    values.back() = 100;  // behind the end
    if (n > 2) values[2] = std::numeric_limits<float>::quiet_NaN();
    for (const float threshold : {-std::numeric_limits<float>::infinity(), 0.0F, n > 0 ? values[0] : 1.0F}) {
      std::uint64_t expected = 0;
      for (std::size_t j = 0; j < n; ++j) {
        if (values[j] > threshold) expected |= std::uint64_t{1} << j;
      }
      EXPECT_EQ(GetParam()->above(values.data(), n, threshold), expected) << "length " << n;
    }
  }
}

std::vector<std::int8_t> codes(random_source& random, std::size_t n) {
  std::vector<std::int8_t> made(n);
  // Many at the ends, where narrow sums would overflow.
  for (auto& code : made) {
    const auto any = static_cast<int>(random.below(255)) - 127;
    code = static_cast<std::int8_t>(random.below(2) == 0 ? any : (any < 0 ? -127 : 127));
  }
  return made;
}

TEST_P(kernels, dot_int8_gives_the_products_of_the_wanted_groups_and_leaves_the_others_alone) {
  random_source random(4);
  constexpr std::int32_t untouched = 123456789;
  for (std::size_t quads = 0; quads <= 17; ++quads) {
    for (const std::size_t count : {1U, 2U, 4U, 8U}) {
      const std::size_t groups = 1 + random.below(groups_per_tile_max);
      const auto rows = codes(random, groups * quads * 64);
      const auto queries = codes(random, quads * count * 4);
      std::vector<std::int32_t> sums(count);
      for (std::size_t j = 0; j < queries.size(); ++j) sums[j / 4 % count] += queries[j];
      const std::uint64_t wanted = random.next() & (~std::uint64_t{0} >> (64 - groups));
      const std::size_t stride = groups * rows_per_group;
      std::vector<std::int32_t> products(count * stride, untouched);
      GetParam()->dot_int8({.codes = rows.data(), .quads = quads, .groups = wanted},
                           {.codes = queries.data(), .sums = sums.data(), .count = count}, products.data(), stride);
      for (std::size_t q = 0; q < count; ++q) {
        for (std::size_t row = 0; row < stride; ++row) {
          const std::size_t group = row / 16;
          std::int32_t product = 0;
          for (std::size_t column = 0; column < quads * 4; ++column) {
            product += rows[((group * quads + column / 4) * 16 + row % 16) * 4 + column % 4] *
                       queries[(column / 4 * count + q) * 4 + column % 4];
          }
          const bool is_wanted = (wanted >> group & 1) != 0;
          ASSERT_EQ(products[q * stride + row], is_wanted ? product : untouched)
              << quads << " quads, query " << q << " of " << count << ", row " << row;
        }
      }
    }
  }
}

TEST_P(kernels, rows_reaching_compares_the_upper_bounds_of_wanted_groups_with_the_threshold) {
  random_source random(5);
  for (int repeat = 0; repeat < 100; ++repeat) {
    const std::size_t groups = 1 + random.below(groups_per_tile_max);
    const std::size_t rows = groups * rows_per_group;
    const auto scales = normals(random, rows);
    const auto bias = normals(random, rows);
    auto errors = normals(random, groups);
    for (float& error : errors) error *= 1e4F;
    std::vector<std::int32_t> products(rows);
    for (auto& product : products) product = static_cast<std::int32_t>(random.below(200000)) - 100000;
    int8_bounds bounds{.row_scales = scales.data(),
                       .group_errors = errors.data(),
                       .bias = repeat % 2 == 0 ? nullptr : bias.data(),
                       .bias_scale = 3e4F,
                       .threshold = 0};
    std::vector<float> upper(rows);
    for (std::size_t row = 0; row < rows; ++row) {
      upper[row] = scales[row] * (static_cast<float>(products[row]) + errors[row / 16]);
      if (bounds.bias != nullptr) upper[row] += bias[row] * bounds.bias_scale;
    }
    // A row's own bound: equal counts as reaching.
    bounds.threshold = upper[random.below(rows)];
    const std::uint64_t wanted = random.next() & (~std::uint64_t{0} >> (64 - groups));
    std::vector<std::uint64_t> reaching((groups + 3) / 4);
    GetParam()->rows_reaching(bounds, products.data(), wanted, reaching.data());
    for (std::size_t row = 0; row < rows; ++row) {
      const bool expected = (wanted >> row / 16 & 1) != 0 && upper[row] >= bounds.threshold;
      ASSERT_EQ((reaching[row / 64] >> row % 64 & 1) != 0, expected) << "row " << row;
    }
  }
}

std::string name_of(const ::testing::TestParamInfo<const kernel_set*>& set) {
  std::string name(set.param->name);
  std::ranges::replace(name, '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(of, kernels, ::testing::ValuesIn(available_kernels().begin(), available_kernels().end()),
                         name_of);

TEST(kernel_dispatch, always_offers_the_portable_set) {
  EXPECT_EQ(available_kernels().back()->name, "portable");
  EXPECT_EQ(&best_kernels(), available_kernels().front());
}

}  // namespace
}  // namespace freshet

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

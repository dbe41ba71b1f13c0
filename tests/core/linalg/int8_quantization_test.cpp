#include "core/linalg/int8_quantization.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/base/random.hpp"
#include "tests/support/naive_ranking.hpp"

namespace freshet {
namespace {

std::int8_t code_at(const quantized_matrix& made, std::size_t row, std::size_t column) {
  return made.group_codes(row / 16)[(column / 4 * 16 + row % 16) * 4 + column % 4];
}

/// One row alone in its matrix.
quantized_matrix quantized_row(const std::vector<float>& values) {
  return quantize(matrix_view<const float>(values.data(), 1, values.size()), {});
}

/// Rows from smooth to spiky, of lengths over the whole range that has a bound.
std::vector<float> random_row(random_source& random, std::size_t columns) {
  std::vector<float> values(columns);
  const double spread = 4 * random.uniform();
  const double scale = std::exp2(70 * random.uniform() - 35);
  for (float& value : values) value = static_cast<float>(scale * random.normal() * std::exp(spread * random.normal()));
  return values;
}

TEST(int8_quantization, holds_every_value_to_half_a_step) {
  random_source random(1);
  for (int repeat = 0; repeat < 100; ++repeat) {
    const auto values = random_row(random, 1 + random.below(50));
    const auto made = quantized_row(values);
    if (made.unbounded.size() == 1) continue;
    for (std::size_t column = 0; column < values.size(); ++column) {
      const double restored = static_cast<double>(made.row_scales[0]) * code_at(made, 0, column);
      EXPECT_NEAR(restored, values[column], 0.50001 * static_cast<double>(made.row_scales[0]));
    }
  }
}

TEST(int8_quantization, bounds_the_float32_score_of_any_row_and_query) {
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    random_source random(seed);
    const std::size_t columns = 1 + random.below(200);
    const auto values = random_row(random, columns);
    auto q = random_row(random, columns);
    // Queries along and against the error of the row come closest to the bound.
    const auto made = quantized_row(values);
    if (made.unbounded.size() == 1) continue;
    if (random.below(2) == 0) {
      for (std::size_t j = 0; j < columns; ++j) q[j] = values[j] - made.row_scales[0] * code_at(made, 0, j);
    }
    if (!has_bound(q)) continue;
    std::vector<std::int8_t> codes(made.quads * 4);
    const auto quantized = quantize(q, codes.data());
    std::int64_t product = 0;
    for (std::size_t j = 0; j < columns; ++j) product += code_at(made, 0, j) * codes[j];
    const float score = testing::naive_dot(q, values);
    const auto estimate = static_cast<float>(product);
    const float error = quantized.norm * made.group_errors[0] + quantized.error * made.group_norms[0];
    EXPECT_LE(score, quantized.scale * (made.row_scales[0] * (estimate + error))) << "seed " << seed;
    EXPECT_GE(score, quantized.scale * (made.row_scales[0] * (estimate - error))) << "seed " << seed;
  }
}

TEST(int8_quantization, is_tight_for_ordinary_rows) {
  random_source random(3);
  std::vector<float> values(64);
  for (float& value : values) value = static_cast<float>(random.normal());
  const auto made = quantized_row(values);
  std::vector<std::int8_t> codes(64);
  const auto q = quantize(values, codes.data());
  const float error = q.norm * made.group_errors[0] + q.error * made.group_norms[0];
  EXPECT_LT(error, 0.02F * q.norm * made.group_norms[0]) << "about 1 % of |q| |v|";
}

TEST(int8_quantization, gives_rows_of_zeros_the_scale_0) {
  const auto made = quantized_row({0, 0, -0.0F});
  EXPECT_EQ(made.row_scales[0], 0);
  EXPECT_TRUE(made.unbounded.empty());
}

TEST(int8_quantization, names_rows_that_have_no_bound) {
  matrix<float> rows(5, 3);
  rows.row(0)[0] = std::numeric_limits<float>::quiet_NaN();
  rows.row(1)[1] = -std::numeric_limits<float>::infinity();
  rows.row(2)[2] = 1e-20F;
  rows.row(3)[0] = 1;
  rows.row(4)[0] = -1e20F;
  const auto made = quantize(std::as_const(rows).view(), {});
  EXPECT_EQ(made.unbounded, (std::vector<std::size_t>{0, 1, 2, 4}));
  EXPECT_EQ(made.row_scales.size(), 16U);
}

TEST(int8_quantization, takes_rows_in_the_order_that_is_asked_for) {
  matrix<float> rows(3, 2);
  for (std::size_t row = 0; row < 3; ++row) rows.row(row)[0] = static_cast<float>(127 * (row + 1));
  const std::vector<std::uint32_t> order{2, 0, 1};
  const auto made = quantize(std::as_const(rows).view(), {.order = order});
  EXPECT_EQ((std::vector<float>(made.row_scales.begin(), made.row_scales.begin() + 4)),
            (std::vector<float>{3, 1, 2, 0}));
}

TEST(int8_quantization, refuses_a_bound_to_queries_outside_its_limits) {
  const float infinity = std::numeric_limits<float>::infinity();
  EXPECT_TRUE(has_bound(std::vector<float>{0, -2}));
  EXPECT_FALSE(has_bound(std::vector<float>{}));
  EXPECT_FALSE(has_bound(std::vector<float>{0, 0}));
  EXPECT_FALSE(has_bound(std::vector<float>{1, infinity}));
  EXPECT_FALSE(has_bound(std::vector<float>{std::numeric_limits<float>::quiet_NaN(), 1}));
  EXPECT_FALSE(has_bound(std::vector<float>{1e-20F}));
  EXPECT_FALSE(has_bound(std::vector<float>{1, 1e20F}));
  EXPECT_FALSE(has_bound(std::vector<float>(quantized_columns_max + 1, 1)));
}

}  // namespace
}  // namespace freshet

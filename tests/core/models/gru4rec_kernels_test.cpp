#include "core/models/gru4rec/gru4rec_kernels.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "core/base/random.hpp"

namespace freshet {
namespace {

std::vector<float> random_numbers(std::size_t count, random_source& random, double deviation = 1) {
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(deviation * random.normal());
  return values;
}

class gru4rec_kernel_sets : public ::testing::TestWithParam<const gru4rec_kernels*> {
 protected:
  const gru4rec_kernels& kernels = *GetParam();
  random_source random{11};
};

TEST_P(gru4rec_kernel_sets, multiply_rows_and_columns_of_any_number) {
  for (const std::size_t rows : {1U, 2U, 5U, 6U, 13U, 64U}) {
    for (const std::size_t inner : {1U, 7U, 112U}) {
      for (const std::size_t columns : {16U, 48U, 64U, 112U, 336U}) {
        for (const bool transposed : {false, true}) {
          const auto a = random_numbers(rows * inner, random);
          const auto b = random_numbers(inner * columns, random);
          const auto before = random_numbers(rows * columns, random);
          auto c = before;
          product of{.a = a.data(),
                     .a_row = transposed ? 1 : inner,
                     .a_column = transposed ? rows : 1,
                     .b = b.data(),
                     .b_stride = columns,
                     .c = c.data(),
                     .c_stride = columns,
                     .rows = rows,
                     .inner = inner,
                     .columns = columns,
                     .fresh = transposed};
          kernels.multiply(of);
          for (std::size_t i = 0; i < rows; ++i) {
            for (std::size_t j = 0; j < columns; ++j) {
              double sum = of.fresh ? 0 : before[i * columns + j];
              for (std::size_t k = 0; k < inner; ++k) {
                sum += double{a[i * of.a_row + k * of.a_column]} * b[k * columns + j];
              }
              ASSERT_NEAR(c[i * columns + j], sum, 1e-4) << rows << " x " << inner << " x " << columns;
            }
          }
        }
      }
    }
  }
}

TEST_P(gru4rec_kernel_sets, take_exponentials_against_the_largest_score_of_a_lane) {
  constexpr std::size_t rows = 37, lanes = 32;
  auto scores = random_numbers(rows * lanes, random, 20);
  scores[5] = absent_score;
  const auto before = scores;
  std::vector<float> maxima(lanes), sums(lanes);
  kernels.exponentials({scores.data(), rows, lanes}, maxima.data(), sums.data());
  for (std::size_t lane = 0; lane < lanes; ++lane) {
    float largest = before[lane];
    for (std::size_t row = 0; row < rows; ++row) largest = std::max(largest, before[row * lanes + lane]);
    EXPECT_EQ(maxima[lane], largest);
    double sum = 0;
    for (std::size_t row = 0; row < rows; ++row) {
      const double expected = std::exp(double{before[row * lanes + lane] - largest});
      EXPECT_NEAR(scores[row * lanes + lane], expected, 1e-37 + 3e-7 * expected);
      sum += expected;
    }
    EXPECT_NEAR(sums[lane], sum, 1e-5 * sum);
  }
}

TEST_P(gru4rec_kernel_sets, keep_gates_within_their_bounds_for_any_input) {
  constexpr std::size_t width = 16;
  std::vector<float> gates(3 * width), recurrent(3 * width), previous(width, 0.5F), state(width);
  const float inputs[] = {-1e30F, -1e3F, -90.0F, -1.0F, 0.0F, 1.0F, 90.0F, 1e3F, 1e30F};
  for (std::size_t k = 0; k < 3 * width; ++k) gates[k] = inputs[k % std::size(inputs)];
  kernels.step_forward({gates.data(), recurrent.data(), previous.data(), state.data(), width});
  for (std::size_t k = 0; k < 2 * width; ++k) {
    EXPECT_NEAR(gates[k], 1 / (1 + std::exp(-double{inputs[k % std::size(inputs)]})), 1e-6);
  }
  for (std::size_t k = 0; k < width; ++k) {
    EXPECT_NEAR(gates[2 * width + k], std::tanh(double{inputs[(2 * width + k) % std::size(inputs)]}), 1e-6);
    EXPECT_NEAR(state[k], 0.5 + double{gates[width + k]} * (gates[2 * width + k] - 0.5), 1e-6);
  }
}

TEST_P(gru4rec_kernel_sets, follow_the_formulas_of_both_optimizers) {
  constexpr std::size_t count = 48;
  const auto gradient = random_numbers(count, random);
  const auto start = random_numbers(count, random);
  auto weights = start;
  std::vector<float> squares(count, 0.25F), velocity(count, 0.125F);
  kernels.adagrad({.learning_rate = 0.1F, .momentum = 0.5F, .epsilon = 1e-6F}, gradient.data(), weights.data(),
                  squares.data(), velocity.data(), count);
  for (std::size_t k = 0; k < count; ++k) {
    const double g = gradient[k], s = 0.25 + g * g, v = 0.5 * 0.125 - 0.1 * g / std::sqrt(s + 1e-6);
    EXPECT_NEAR(squares[k], s, 1e-5);
    EXPECT_NEAR(velocity[k], v, 1e-6);
    EXPECT_NEAR(weights[k], start[k] + v, 1e-6);
  }
  weights = start;
  squares.assign(count, 0.25F);
  std::vector<float> mean(count, 0.125F);
  kernels.adam({.learning_rate = 0.1F, .beta1 = 0.9F, .beta2 = 0.99F, .epsilon = 1e-8F}, gradient.data(),
               weights.data(), squares.data(), mean.data(), count);
  for (std::size_t k = 0; k < count; ++k) {
    const double g = gradient[k], m = 0.9 * 0.125 + 0.1 * g, s = 0.99 * 0.25 + 0.01 * g * g;
    EXPECT_NEAR(weights[k], start[k] - 0.1 * m / (std::sqrt(s) + 1e-8), 1e-6);
  }
}

INSTANTIATE_TEST_SUITE_P(sets, gru4rec_kernel_sets,
                         ::testing::ValuesIn(available_gru4rec_kernels().begin(), available_gru4rec_kernels().end()),
                         [](const auto& set) { return std::string(set.param->name); });

}  // namespace
}  // namespace freshet

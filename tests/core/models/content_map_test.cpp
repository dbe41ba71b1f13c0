#include "core/models/content_map.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "core/base/random.hpp"

namespace freshet {
namespace {

matrix<float> random_matrix(std::size_t rows, std::size_t columns, std::uint64_t seed) {
  random_source random(seed);
  matrix<float> values(rows, columns);
  for (float& value : values.values()) value = static_cast<float>(random.normal());
  return values;
}

/// Factors that are a linear function of the content.
matrix<float> factors_for(const matrix<float>& content) {
  matrix<float> factors(content.rows(), 2);
  for (std::size_t i = 0; i < content.rows(); ++i) {
    factors.row(i)[0] = content.row(i)[0] - 2 * content.row(i)[1];
    factors.row(i)[1] = 0.5F * content.row(i)[2];
  }
  return factors;
}

TEST(content_map, finds_the_factors_of_an_item_from_its_content) {
  const auto content = random_matrix(40, 3, 1);
  const auto map = content_map::fit(content.view(), factors_for(content).view(), std::vector<bool>(40, true), 1e-6);
  ASSERT_TRUE(map);
  const auto fresh = random_matrix(1, 3, 2);
  const auto expected = factors_for(fresh);
  const auto mapped = map->map(fresh.row(0));
  EXPECT_NEAR(mapped[0], expected.row(0)[0], 1e-4);
  EXPECT_NEAR(mapped[1], expected.row(0)[1], 1e-4);
}

TEST(content_map, learns_only_from_items_with_content_and_interactions) {
  auto content = random_matrix(40, 3, 3);
  auto factors = factors_for(content);
  std::vector<bool> known(40, true);
  for (std::size_t i = 0; i < 10; ++i) factors.row(i)[0] = factors.row(i)[1] = 0;
  for (std::size_t i = 10; i < 20; ++i) {
    known[i] = false;
    content.row(i)[0] = std::numeric_limits<float>::quiet_NaN();
  }
  const auto map = content_map::fit(content.view(), factors.view(), known, 1e-6);
  ASSERT_TRUE(map);
  EXPECT_NEAR(map->map(content.row(0))[0], factors_for(content).row(0)[0], 1e-4);
}

TEST(content_map, of_unknown_content_is_zero) {
  const auto content = random_matrix(10, 3, 4);
  const auto map = content_map::fit(content.view(), factors_for(content).view(), std::vector<bool>(10, true), 1);
  EXPECT_EQ(map->map(std::vector<float>(3)), std::vector<float>(2));
}

TEST(content_map, shrinks_as_lambda_grows) {
  const auto content = random_matrix(20, 3, 5);
  const auto factors = factors_for(content);
  const std::vector<bool> known(20, true);
  const auto length = [&](double lambda) {
    const auto mapped = content_map::fit(content.view(), factors.view(), known, lambda)->map(content.row(0));
    return mapped[0] * mapped[0] + mapped[1] * mapped[1];
  };
  EXPECT_GT(length(0.1), length(10));
  EXPECT_GT(length(10), length(1000));
}

TEST(content_map, needs_an_item_with_content_and_interactions) {
  const auto content = random_matrix(4, 3, 6);
  const auto without_content = content_map::fit(content.view(), factors_for(content).view(), std::vector<bool>(4), 1);
  ASSERT_FALSE(without_content);
  EXPECT_NE(without_content.failure().message.find("none of 4 items"), std::string::npos);
  EXPECT_FALSE(content_map::fit(content.view(), matrix<float>(4, 2).view(), std::vector<bool>(4, true), 1));
}

TEST(content_map, refuses_content_that_is_not_finite) {
  auto content = random_matrix(4, 3, 7);
  const auto factors = factors_for(content);
  content.row(2)[1] = std::numeric_limits<float>::infinity();
  const auto map = content_map::fit(content.view(), factors.view(), std::vector<bool>(4, true), 1);
  ASSERT_FALSE(map);
  EXPECT_NE(map.failure().message.find("row 2"), std::string::npos);
}

}  // namespace
}  // namespace freshet

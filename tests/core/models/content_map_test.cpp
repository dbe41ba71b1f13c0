#include "core/models/content_map.hpp"

#include <gtest/gtest.h>

#include <array>
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

result<content_map> fit(const matrix<float>& content, const dense_scores& target, double lambda) {
  return content_map::fit(content.view(), {&target, 1}, lambda).at(0);
}

result<content_map> fit(const matrix<float>& content, const matrix<float>& factors, double lambda) {
  return fit(content, dense_scores{factors.view(), {}}, lambda);
}

TEST(content_map, finds_the_factors_of_an_item_from_its_content) {
  const auto content = random_matrix(40, 3, 1);
  const auto map = fit(content, factors_for(content), 1e-6);
  ASSERT_TRUE(map);
  const auto fresh = random_matrix(1, 3, 2);
  const auto expected = factors_for(fresh);
  const auto mapped = map->map(fresh.row(0));
  EXPECT_NEAR(mapped[0], expected.row(0)[0], 1e-4);
  EXPECT_NEAR(mapped[1], expected.row(0)[1], 1e-4);
}

TEST(content_map, finds_the_bias_behind_the_factors) {
  const auto content = random_matrix(40, 3, 8);
  const auto factors = factors_for(content);
  std::vector<float> bias;
  for (std::size_t i = 0; i < 40; ++i) bias.push_back(3 * content.row(i)[2]);
  const auto map = fit(content, dense_scores{factors.view(), bias}, 1e-6);
  ASSERT_TRUE(map);
  ASSERT_EQ(map->factors(), 3U);
  const auto mapped = map->map(content.row(7));
  EXPECT_NEAR(mapped[1], factors.row(7)[1], 1e-4);
  EXPECT_NEAR(mapped[2], bias[7], 1e-4);
}

TEST(content_map, learns_only_from_items_with_content_and_interactions) {
  auto content = random_matrix(40, 3, 3);
  auto factors = factors_for(content);
  for (std::size_t i = 0; i < 10; ++i) factors.row(i)[0] = factors.row(i)[1] = 0;
  for (std::size_t i = 10; i < 20; ++i) {
    for (float& value : content.row(i)) value = 0;
  }
  // Without interactions its content is not even looked at.
  content.row(5)[0] = std::numeric_limits<float>::quiet_NaN();
  const auto map = fit(content, factors, 1e-6);
  ASSERT_TRUE(map);
  EXPECT_NEAR(map->map(content.row(0))[0], factors_for(content).row(0)[0], 1e-4);
}

TEST(content_map, to_several_targets_is_the_map_to_each_whether_they_learn_from_the_same_items_or_not) {
  // More items than are gathered at one time.
  const auto content = random_matrix(700, 5, 9);
  const auto first = random_matrix(700, 4, 10), second = random_matrix(700, 3, 11), bias = random_matrix(1, 700, 12);
  auto fewer = random_matrix(700, 2, 13);
  for (std::size_t i = 100; i < 400; ++i) fewer.row(i)[0] = fewer.row(i)[1] = 0;
  const std::array targets{dense_scores{first.view(), bias.values()}, dense_scores{second.view(), {}},
                           dense_scores{fewer.view(), {}}, dense_scores{second.view(), {}}};
  const auto maps = content_map::fit(content.view(), targets, .1);
  ASSERT_EQ(maps.size(), targets.size());
  for (std::size_t t = 0; t < targets.size(); ++t) {
    const auto alone = fit(content, targets[t], .1);
    ASSERT_TRUE(maps[t] && alone);
    const auto mapped = maps[t]->map(content.row(3)), expected = alone->map(content.row(3));
    ASSERT_EQ(mapped.size(), expected.size());
    for (std::size_t j = 0; j < mapped.size(); ++j) EXPECT_NEAR(mapped[j], expected[j], 1e-6) << t << ", " << j;
  }
}

TEST(content_map, of_unknown_content_is_zero) {
  const auto content = random_matrix(10, 3, 4);
  const auto map = fit(content, factors_for(content), 1);
  EXPECT_EQ(map->map(std::vector<float>(3)), std::vector<float>(2));
}

TEST(content_map, shrinks_as_lambda_grows) {
  const auto content = random_matrix(20, 3, 5);
  const auto factors = factors_for(content);
  const auto length = [&](double lambda) {
    const auto mapped = fit(content, factors, lambda)->map(content.row(0));
    return mapped[0] * mapped[0] + mapped[1] * mapped[1];
  };
  EXPECT_GT(length(0.1), length(10));
  EXPECT_GT(length(10), length(1000));
}

TEST(content_map, needs_an_item_with_content_and_interactions) {
  const auto content = random_matrix(4, 3, 6);
  const auto without_content = fit(matrix<float>(4, 3), factors_for(content), 1);
  ASSERT_FALSE(without_content);
  EXPECT_NE(without_content.failure().message.find("none of 4 items"), std::string::npos);
  EXPECT_FALSE(fit(content, matrix<float>(4, 2), 1));
}

TEST(content_map, refuses_content_that_is_not_finite) {
  auto content = random_matrix(4, 3, 7);
  const auto factors = factors_for(content);
  content.row(2)[1] = std::numeric_limits<float>::infinity();
  const auto map = fit(content, factors, 1);
  ASSERT_FALSE(map);
  EXPECT_NE(map.failure().message.find("row 2"), std::string::npos);
}

}  // namespace
}  // namespace freshet

#include "core/evaluation/score_distribution.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "core/models/popularity/popularity.hpp"

namespace freshet {
namespace {

TEST(score_distribution, describes_the_fifty_best_that_the_user_has_not_touched) {
  training_data one_user;
  one_user.strengths.add_row(std::vector<weighted<item_row>>{{item_row{199}, 1}});
  std::vector<float> scores(200);
  for (std::size_t i = 0; i < scores.size(); ++i) scores[i] = static_cast<float>(i);
  const auto range = sample_scores(popularity_model(scores), one_user, 1);
  EXPECT_EQ(range.min, 149);
  EXPECT_EQ(range.max, 198);
  EXPECT_DOUBLE_EQ(range.mean, 173.5);
  EXPECT_NEAR(range.std, std::sqrt((50.0 * 50 - 1) / 12), 1e-9);
  EXPECT_EQ(range.p01, 149);
  EXPECT_EQ(range.p99, 198);
}

TEST(score_distribution, describes_all_of_a_small_catalogue) {
  training_data one_user;
  one_user.strengths.add_row({});
  const auto range = sample_scores(popularity_model({3, 1, 2}), one_user, 1);
  EXPECT_EQ(range.min, 1);
  EXPECT_EQ(range.max, 3);
  EXPECT_DOUBLE_EQ(range.mean, 2);
}

TEST(score_distribution, of_nobody_is_zero) {
  EXPECT_EQ(sample_scores(popularity_model({1, 2}), {}, 1).max, 0);
}

}  // namespace
}  // namespace freshet

#include "core/evaluation/score_distribution.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "core/models/popularity.hpp"

namespace freshet {
namespace {

TEST(score_distribution, describes_every_score_of_a_small_catalogue) {
  training_data one_user;
  one_user.strengths.add_row({});
  std::vector<float> scores(101);
  for (std::size_t i = 0; i < scores.size(); ++i) scores[i] = static_cast<float>(i);
  const auto range = sample_scores(popularity_model(scores), one_user, 1);
  EXPECT_EQ(range.min, 0);
  EXPECT_EQ(range.max, 100);
  EXPECT_DOUBLE_EQ(range.mean, 50);
  EXPECT_NEAR(range.std, std::sqrt((101.0 * 101 - 1) / 12), 1e-9);
  EXPECT_EQ(range.p01, 1);
  EXPECT_EQ(range.p99, 99);
}

TEST(score_distribution, of_nobody_is_zero) {
  EXPECT_EQ(sample_scores(popularity_model({1, 2}), {}, 1).max, 0);
}

}  // namespace
}  // namespace freshet

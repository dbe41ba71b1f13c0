#include "core/content/content_vectors.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace freshet {
namespace {

TEST(content_vectors, rows_get_length_one_and_what_has_no_direction_becomes_zero) {
  matrix<float> rows(4, 2);
  rows.values() = {3, 4, 0, 0, std::numeric_limits<float>::quiet_NaN(), 1, 1e-30F, 0};
  scale_rows_to_one(rows);
  EXPECT_EQ(rows.values(), (std::vector<float>{.6F, .8F, 0, 0, 0, 0, 1, 0}));
}

TEST(content_profile, is_the_mean_of_the_history_at_length_one) {
  matrix<float> rows(3, 2);
  rows.values() = {1, 0, 0, 1, 0, 0};
  const auto profile = content_profile(rows.view(), std::vector{item_row{0}, item_row{1}, item_row{2}});
  ASSERT_EQ(profile.size(), 2U);
  EXPECT_FLOAT_EQ(profile[0], std::sqrt(.5F));
  EXPECT_FLOAT_EQ(profile[1], std::sqrt(.5F));
}

// A long history must not weigh more than a short one: cosines would leave their range.
TEST(content_profile, does_not_grow_with_the_history) {
  matrix<float> rows(1, 2);
  rows.values() = {.6F, .8F};
  const auto once = content_profile(rows.view(), std::vector(1, item_row{0}));
  const auto often = content_profile(rows.view(), std::vector(1000, item_row{0}));
  for (std::size_t j = 0; j < 2; ++j) EXPECT_NEAR(once[j], often[j], 1e-5);
}

TEST(content_profile, of_a_history_of_which_nothing_is_known_is_empty) {
  const matrix<float> rows(2, 3);
  EXPECT_TRUE(content_profile(rows.view(), std::vector{item_row{1}}).empty());
  EXPECT_TRUE(content_profile(rows.view(), {}).empty());
  EXPECT_TRUE(content_profile(matrix<float>(2, 0).view(), std::vector{item_row{1}}).empty());
}

}  // namespace
}  // namespace freshet

#include "core/models/popularity/popularity.hpp"

#include <gtest/gtest.h>

namespace freshet {
namespace {

constexpr unix_seconds day = 86400;

event_sequences two_users() {
  event_sequences sequences;
  sequences.events = {{item_row{0}, 0}, {item_row{2}, 10 * day}, {item_row{0}, 0}, {item_row{0}, 10 * day}};
  sequences.offsets = {0, 2, 4};
  return sequences;
}

TEST(popularity, counts_events) {
  EXPECT_EQ(count_popularity(two_users(), 4, {}), (std::vector<float>{3, 0, 1, 0}));
}

TEST(popularity, halves_a_count_by_its_age_against_the_newest_event) {
  EXPECT_EQ(count_popularity(two_users(), 3, {.half_life_days = 10}), (std::vector<float>{2, 0, 1}));
}

TEST(popularity, of_nothing_is_zero) {
  EXPECT_EQ(count_popularity({}, 2, {}), std::vector<float>(2));
}

TEST(popularity, answers_everybody_alike) {
  const popularity_model served({3, 0, 1});
  EXPECT_TRUE(std::holds_alternative<constant_query>(served.fold_in({.strengths = {{item_row{1}, 1}}})));
  EXPECT_TRUE(std::holds_alternative<constant_query>(served.similar_to(item_row{2})));
  EXPECT_EQ(std::get<constant_scores>(served.scores()).scores[0], 3);
}

TEST(popularity, refuses_a_negative_half_life) {
  const auto options = popularity_options_from({{"half_life_days", -1.0}});
  ASSERT_FALSE(options);
  EXPECT_EQ(options.failure().message, "popularity: half_life_days is -1; give a number from 0 to 1000000");
}

}  // namespace
}  // namespace freshet

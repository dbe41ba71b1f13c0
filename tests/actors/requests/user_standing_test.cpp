#include "actors/requests/user_standing.hpp"

#include <gtest/gtest.h>

namespace freshet {
namespace {

user_facts facts(std::size_t events, bool has_taste, bool is_trained) {
  return {.events = events, .has_taste = has_taste, .is_trained = is_trained, .fold_in_from = 1};
}

TEST(user_standing, is_warm_with_a_taste_for_an_item_of_the_model) {
  EXPECT_FALSE(standing_of(facts(1, true, false)).cold);
  EXPECT_FALSE(standing_of(facts(1, true, false)).trainable) << "the guide asks for two";
  EXPECT_TRUE(standing_of(facts(2, true, false)).trainable);
}

TEST(user_standing, is_warm_without_an_event_when_the_model_has_a_row) {
  EXPECT_FALSE(standing_of(facts(0, false, true)).cold);
  EXPECT_TRUE(standing_of(facts(0, false, false)).cold);
}

TEST(user_standing, is_cold_with_nothing_but_what_the_model_does_not_know) {
  EXPECT_TRUE(standing_of(facts(3, false, true)).cold);
  auto few = facts(1, true, false);
  few.fold_in_from = 2;
  EXPECT_TRUE(standing_of(few).cold);
}

}  // namespace
}  // namespace freshet

#include "core/data/history.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace freshet {
namespace {

constexpr float no_value = std::numeric_limits<float>::quiet_NaN();

interaction of(std::uint32_t item, unix_seconds ts, std::int32_t qty = 1, std::uint16_t type = 0,
               float value = no_value) {
  return {.item = item_index{item}, .type = event_type_index{type}, .qty = qty, .value = value, .ts = ts, .key = 0};
}

TEST(strengths, add_up_quantities_of_one_item) {
  const user_history history{of(7, 1, 2), of(3, 2), of(7, 3, 4)};
  const std::vector<weighted<item_index>> expected{{item_index{3}, 1}, {item_index{7}, 6}};
  EXPECT_EQ(strengths(history, {}), expected);
}

TEST(strengths, weigh_event_types) {
  const user_history history{of(1, 1, 1, 1), of(2, 2, 1, 9)};
  const auto sums = strengths(history, {.weight_of_type = {1, 2.5F}});
  EXPECT_FLOAT_EQ(sums[0].strength, 2.5F);
  EXPECT_FLOAT_EQ(sums[1].strength, 1) << "a type without a weight weighs 1";
}

TEST(strengths, take_the_value_of_a_rating_instead_of_its_quantity) {
  const user_history history{of(1, 1, 1, 1, 4.5F), of(2, 2, 1, 1)};
  const auto sums = strengths(history, {.weight_of_type = {1, 1}, .is_rating = {false, true}});
  EXPECT_FLOAT_EQ(sums[0].strength, 4.5F);
  EXPECT_FLOAT_EQ(sums[1].strength, 1) << "a rating without a value counts once";
}

TEST(strengths, drop_an_item_whose_returns_outweigh_its_purchases) {
  const user_history history{of(1, 1, 2), of(1, 2, -3), of(2, 3, 5), of(2, 4, -3)};
  const auto sums = strengths(history, {});
  ASSERT_EQ(sums.size(), 1U);
  EXPECT_EQ(sums[0].item, item_index{2});
  EXPECT_FLOAT_EQ(sums[0].strength, 2);
}

TEST(strengths, halve_after_the_half_life_counted_from_the_newest_event) {
  const unix_seconds day = 86400;
  const user_history history{of(1, 0), of(2, 10 * day)};
  const auto sums = strengths(history, {.half_life_days = 10});
  EXPECT_FLOAT_EQ(sums[0].strength, 0.5F);
  EXPECT_FLOAT_EQ(sums[1].strength, 1);
}

TEST(strengths, of_nothing_are_nothing) {
  EXPECT_TRUE(strengths({}, {}).empty());
}

}  // namespace
}  // namespace freshet

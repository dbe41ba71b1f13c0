#include "core/data/split.hpp"

#include <gtest/gtest.h>

namespace freshet {
namespace {

interaction of(std::uint32_t item, unix_seconds ts, std::int32_t qty = 1) {
  return {.item = item_index{item}, .qty = qty, .ts = ts};
}

std::vector<std::uint32_t> items_of(const user_history& history) {
  std::vector<std::uint32_t> items;
  for (const auto& event : history) items.push_back(to_integer(event.item));
  return items;
}

TEST(leave_one_out, takes_the_last_event) {
  const auto split = hold_out_last(user_history{of(3, 1), of(1, 2), of(2, 3)});
  EXPECT_EQ(split.held_out, (held_out_event{item_index{2}, 3}));
  EXPECT_EQ(items_of(split.rest), (std::vector<std::uint32_t>{3, 1}));
}

TEST(leave_one_out, takes_all_events_of_the_held_out_item) {
  const auto split = hold_out_last(user_history{of(2, 1), of(1, 2), of(2, 3)});
  EXPECT_EQ(split.held_out, (held_out_event{item_index{2}, 3}));
  EXPECT_EQ(items_of(split.rest), (std::vector<std::uint32_t>{1}));
}

TEST(leave_one_out, does_not_predict_returns) {
  const auto split = hold_out_last(user_history{of(2, 1), of(1, 2), of(2, 3, -1)});
  EXPECT_EQ(split.held_out, (held_out_event{item_index{1}, 2}));
  EXPECT_EQ(items_of(split.rest), (std::vector<std::uint32_t>{2, 2}));
}

TEST(leave_one_out, leaves_users_with_one_item_in_training) {
  const auto split = hold_out_last(user_history{of(2, 1), of(2, 3)});
  EXPECT_FALSE(split.held_out);
  EXPECT_EQ(split.rest.size(), 2U);
  EXPECT_FALSE(hold_out_last({}).held_out);
}

TEST(leave_one_out, leaves_users_who_only_returned_in_training) {
  const auto split = hold_out_last(user_history{of(2, 1, -1), of(3, 3, -1)});
  EXPECT_FALSE(split.held_out);
  EXPECT_EQ(split.rest.size(), 2U);
}

}  // namespace
}  // namespace freshet

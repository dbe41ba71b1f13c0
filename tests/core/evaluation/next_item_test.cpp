#include "core/evaluation/next_item.hpp"

#include <gtest/gtest.h>

namespace freshet {
namespace {

dated_item event(std::uint32_t item, std::uint32_t session = 0) {
  return {.item = item_row{item}, .session = session};
}

std::shared_ptr<const event_sequences> rows_of(const std::vector<std::vector<std::uint32_t>>& rows) {
  event_sequences sequences;
  for (const auto& row : rows) {
    for (const auto item : row) sequences.events.push_back(event(item));
    sequences.offsets.push_back(sequences.events.size());
  }
  return std::make_shared<const event_sequences>(std::move(sequences));
}

TEST(next_item, asks_for_the_next_item_at_every_prefix) {
  const auto cases = next_item_cases(rows_of({{7, 8, 7}, {1}, {2, 3}}));
  ASSERT_EQ(cases.size(), 3U);
  EXPECT_TRUE(cases.ranks_told);
  EXPECT_EQ(cases.relevant.of(0)[0], item_row{8});
  EXPECT_EQ(cases.relevant.of(1)[0], item_row{7});
  EXPECT_EQ(cases.relevant.of(2)[0], item_row{3});
  const auto told = cases.told(cases.cases[1].user, cases.cases[1].events);
  EXPECT_EQ(told.sequence, (std::vector{event(7), event(8)}));
  EXPECT_EQ(told.strengths, (taste{{item_row{7}, 1}, {item_row{8}, 1}}));
}

TEST(next_item, asks_for_the_last_item_only) {
  const auto cases = last_item_cases(rows_of({{7, 8, 8, 9}, {2, 3}}));
  ASSERT_EQ(cases.size(), 2U);
  EXPECT_EQ(cases.relevant.of(0)[0], item_row{9});
  EXPECT_EQ(cases.told(user_row{0}, cases.cases[0].events).strengths, (taste{{item_row{7}, 1}, {item_row{8}, 2}}));
}

TEST(next_item, splits_users_where_their_sessions_end) {
  event_sequences users;
  users.events = {event(1, 0), event(2, 0), event(3, 1), event(4, 0)};
  users.offsets = {0, 3, 3, 4};
  const auto sessions = split_sessions(users);
  EXPECT_EQ(sessions.offsets, (std::vector<std::uint64_t>{0, 2, 3, 4}));
  EXPECT_EQ(sessions.events[2], event(3));
}

}  // namespace
}  // namespace freshet

#include "core/data/interaction_log.hpp"

#include <gtest/gtest.h>

namespace freshet {
namespace {

logged_interaction of(std::uint32_t user, std::uint32_t item, unix_seconds ts = 0, std::uint64_t session = 0) {
  return {.user = user_row{user}, .item = item_row{item}, .ts = ts, .session = session};
}

std::vector<std::uint32_t> items_of(const training_data& data, std::uint32_t user) {
  std::vector<std::uint32_t> items;
  for (const auto& each : data.sequences.of(user_row{user})) items.push_back(to_integer(each.item));
  return items;
}

TEST(interaction_log, keeps_the_order_of_its_rows_where_there_are_no_times) {
  const auto data = to_training_data({of(1, 9), of(0, 4), of(1, 2), of(1, 9)}, {.users = 3, .items = 12});
  EXPECT_EQ(items_of(data, 1), (std::vector<std::uint32_t>{9, 2, 9}));
  EXPECT_EQ(items_of(data, 2), std::vector<std::uint32_t>{});
  EXPECT_EQ(data.strengths.taste_of(user_row{1}), (taste{{item_row{2}, 1}, {item_row{9}, 2}}));
  EXPECT_EQ(data.strengths.columns(), 12U);
  EXPECT_EQ(data.trained_until, std::nullopt);
}

TEST(interaction_log, sorts_by_time_where_there_is_one) {
  const auto data = to_training_data({of(0, 3, 50), of(0, 1, 10), of(0, 2, 50)}, {.users = 1, .items = 4});
  EXPECT_EQ(items_of(data, 0), (std::vector<std::uint32_t>{1, 3, 2}));
  EXPECT_EQ(data.trained_until, 50);
}

TEST(interaction_log, begins_a_session_by_its_id_or_after_half_an_hour) {
  const auto data = to_training_data(
      {of(0, 1, 10, 5), of(0, 2, 20, 5), of(0, 3, 30, 6), of(0, 4, 40), of(0, 5, 1840), of(0, 6, 3641)},
      {.users = 1, .items = 7});
  std::vector<std::uint32_t> sessions;
  for (const auto& each : data.sequences.of(user_row{0})) sessions.push_back(each.session);
  EXPECT_EQ(sessions, (std::vector<std::uint32_t>{0, 0, 1, 1, 1, 2}));
}

}  // namespace
}  // namespace freshet

#include "core/evaluation/validation_split.hpp"

#include <gtest/gtest.h>

#include "core/data/interaction_log.hpp"

namespace freshet {
namespace {

logged_interaction of(std::uint32_t user, std::uint32_t item, unix_seconds ts = 0) {
  return {.user = user_row{user}, .item = item_row{item}, .ts = ts};
}

TEST(validation_split, takes_the_last_item_with_all_its_events) {
  const auto data =
      to_training_data({of(0, 5, 1), of(0, 3, 2), of(0, 4, 3), of(0, 3, 4), of(1, 2, 9)}, {.users = 3, .items = 6});
  const auto split = split_for_validation(data, {});
  ASSERT_EQ(split.cases.size(), 1U);
  EXPECT_EQ(split.cases.relevant.of(0)[0], item_row{3});
  EXPECT_EQ(split.cases.cases[0].ts, 4);
  EXPECT_EQ(split.rest->strengths.taste_of(user_row{0}), (taste{{item_row{4}, 1}, {item_row{5}, 1}}));
  EXPECT_EQ(split.rest->sequences.of(user_row{0}).size(), 2U);
  EXPECT_EQ(split.rest->strengths.taste_of(user_row{1}).size(), 1U) << "a single item stays";
  EXPECT_EQ(split.rest->strengths.columns(), 6U);
  EXPECT_EQ(split.cases.told(user_row{0}, whole_history).strengths.size(), 2U);
}

TEST(validation_split, draws_an_item_where_the_order_is_not_known) {
  training_data data;
  data.strengths.add_row(taste{{item_row{1}, 1}, {item_row{2}, 1}, {item_row{3}, 1}});
  const auto split = split_for_validation(data, {.seed = 3});
  ASSERT_EQ(split.cases.size(), 1U);
  EXPECT_EQ(split.rest->strengths.entries(), 2U);
  EXPECT_EQ(split_for_validation(data, {.seed = 3}).cases.hash(), split.cases.hash());
}

TEST(validation_split, takes_part_of_the_users) {
  std::vector<logged_interaction> log;
  for (std::uint32_t user = 0; user < 100; ++user) {
    log.push_back(of(user, 0, 1));
    log.push_back(of(user, 1, 2));
  }
  const auto data = to_training_data(log, {.users = 100, .items = 2});
  EXPECT_EQ(split_for_validation(data, {.users_max = 30}).cases.size(), 30U);
  EXPECT_NE(split_for_validation(data, {.users_max = 30, .seed = 1}).cases.hash(),
            split_for_validation(data, {.users_max = 30, .seed = 2}).cases.hash());
}

}  // namespace
}  // namespace freshet

// The protocols that split a user's history: temporal-global and ratio.
#include <gtest/gtest.h>

#include <cmath>

#include "core/evaluation/random_ratio.hpp"
#include "core/evaluation/temporal_global.hpp"

namespace freshet {
namespace {

interaction of(std::uint32_t item, unix_seconds ts, std::int32_t qty = 1) {
  return {.item = item_index{item}, .qty = qty, .value = std::nanf(""), .ts = ts};
}

row_of_item rows_as_numbered(std::uint32_t items) {
  row_of_item rows;
  for (std::uint32_t item = 0; item < items; ++item) rows.push_back(item_row{item});
  return rows;
}

std::vector<std::uint32_t> numbers_of(std::span<const item_row> rows) {
  std::vector<std::uint32_t> numbers;
  for (const auto row : rows) numbers.push_back(to_integer(row));
  return numbers;
}

TEST(temporal_global, holds_out_what_is_new_after_the_split) {
  const auto rows = rows_as_numbered(9);
  training_data rest;
  evaluation_cases cases;
  const auto add = [&](const user_history& history) { hold_out_after(10, history, rows, {}, rest, cases); };
  add({of(1, 5), of(2, 9), of(3, 10), of(2, 11), of(4, 12), of(3, 13)});
  add({of(1, 11), of(2, 12)});  // nothing told
  add({of(5, 1), of(5, 20)});   // nothing new
  add({of(6, 2), of(7, 30, -1), of(8, 31)});
  EXPECT_EQ(rest.strengths.rows(), 4U);
  ASSERT_EQ(cases.size(), 2U);
  EXPECT_EQ(numbers_of(cases.relevant.of(0)), (std::vector<std::uint32_t>{3, 4}));
  EXPECT_EQ(cases.cases[0].ts, 10);
  EXPECT_EQ(cases.cases[1].user, user_row{3});
  EXPECT_EQ(numbers_of(cases.relevant.of(1)), std::vector<std::uint32_t>{8});
  EXPECT_EQ(rest.strengths.taste_of(user_row{0}).size(), 2U);
  EXPECT_EQ(rest.trained_until, 9);
}

TEST(temporal_global, finds_the_moment_of_a_share_of_the_events) {
  std::vector<unix_seconds> times{9, 1, 3, 5, 7, 8, 2, 6, 4, 10};
  EXPECT_EQ(split_time_of(times, 0.2), 9);
  EXPECT_EQ(split_time_of(times, 1), 1);
  EXPECT_EQ(split_time_of(times, 0), 10);
}

user_history ten_items() {
  user_history history;
  for (std::uint32_t item = 0; item < 10; ++item) history.push_back(of(item, 100 + item));
  history.push_back(of(0, 200));
  return history;
}

TEST(random_ratio, holds_out_a_share_of_the_items) {
  const auto rows = rows_as_numbered(10);
  training_data rest;
  evaluation_cases cases;
  hold_out_share({.share = 0.3, .seed = 5}, ten_items(), rows, {}, rest, cases);
  ASSERT_EQ(cases.size(), 1U);
  EXPECT_EQ(cases.relevant.of(0).size(), 3U);
  EXPECT_EQ(rest.strengths.row(0).size(), 7U);
  for (const auto item : cases.relevant.of(0)) {
    for (const auto& event : rest.sequences.of(user_row{0})) EXPECT_NE(event.item, item);
  }
}

TEST(random_ratio, is_drawn_by_the_seed_alone) {
  const auto rows = rows_as_numbered(10);
  const auto drawn = [&](std::uint64_t seed) {
    training_data rest;
    evaluation_cases cases;
    hold_out_share({.share = 0.3, .seed = seed}, ten_items(), rows, {}, rest, cases);
    return numbers_of(cases.relevant.of(0));
  };
  EXPECT_EQ(drawn(1), drawn(1));
  bool differs = false;
  for (std::uint64_t seed = 2; seed < 10; ++seed) differs |= drawn(seed) != drawn(1);
  EXPECT_TRUE(differs);
}

TEST(random_ratio, leaves_one_item_and_takes_one) {
  const auto rows = rows_as_numbered(3);
  training_data rest;
  evaluation_cases cases;
  hold_out_share({.share = 0.99}, user_history{of(0, 1), of(1, 2)}, rows, {}, rest, cases);
  hold_out_share({.share = 0.01}, user_history{of(0, 1), of(1, 2)}, rows, {}, rest, cases);
  hold_out_share({.share = 0.5}, user_history{of(2, 1)}, rows, {}, rest, cases);
  EXPECT_EQ(cases.size(), 2U);
  EXPECT_EQ(rest.strengths.row(0).size(), 1U);
  EXPECT_EQ(rest.strengths.row(1).size(), 1U);
  EXPECT_EQ(rest.strengths.row(2).size(), 1U);
}

}  // namespace
}  // namespace freshet

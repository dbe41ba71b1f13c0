#include "core/data/training_data.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace freshet {
namespace {

interaction of(std::uint32_t item, unix_seconds ts, std::int32_t qty = 1) {
  return {.item = item_index{item}, .qty = qty, .value = std::numeric_limits<float>::quiet_NaN(), .ts = ts};
}

TEST(training_data, numbers_items_by_the_rows_of_the_model) {
  const row_of_item rows{item_row{1}, std::nullopt, item_row{0}};
  training_data data;
  add_user(data, user_history{of(0, 5, 3), of(1, 6), of(2, 7), of(9, 8)}, rows, {});
  const std::vector<weighted<item_row>> expected{{item_row{0}, 1}, {item_row{1}, 3}};
  EXPECT_EQ(data.strengths.taste_of(user_row{0}), expected);
  const auto events = data.sequences.of(user_row{0});
  EXPECT_EQ(std::vector<dated_item>(events.begin(), events.end()),
            (std::vector<dated_item>{{item_row{1}, 5}, {item_row{0}, 7}}));
  EXPECT_EQ(data.trained_until, 8);
}

TEST(training_data, leaves_returns_out_of_the_sequence) {
  const row_of_item rows{item_row{0}};
  training_data data;
  add_user(data, user_history{of(0, 1, 3), of(0, 2, -1)}, rows, {});
  EXPECT_EQ(data.sequences.events.size(), 1U);
  EXPECT_FLOAT_EQ(data.strengths.row(0).values[0], 2);
}

TEST(training_data, begins_a_session_after_a_gap_or_where_the_session_id_changes) {
  const row_of_item rows{item_row{0}};
  const auto in_session = [](unix_seconds ts, std::uint64_t session) {
    auto event = of(0, ts);
    event.session = session;
    return event;
  };
  const user_history by_gap{of(0, 0), of(0, session_gap_seconds), of(0, 2 * session_gap_seconds + 1)};
  const user_history by_id{in_session(0, 7), in_session(9999, 7), in_session(9999, 8), of(0, 10'000)};
  const auto numbers = [&](const user_history& history) {
    std::vector<std::uint32_t> sessions;
    for (const auto& each : to_sequence(history, rows)) sessions.push_back(each.session);
    return sessions;
  };
  EXPECT_EQ(numbers(by_gap), (std::vector<std::uint32_t>{0, 0, 1}));
  EXPECT_EQ(numbers(by_id), (std::vector<std::uint32_t>{0, 0, 1, 1}));
}

TEST(training_data, cuts_a_strength_that_leaves_the_range_of_float) {
  const std::vector<weighted<item_index>> strengths{{item_index{0}, std::numeric_limits<float>::infinity()},
                                                    {item_index{1}, 0}};
  const auto taste = to_taste(strengths, {item_row{0}, item_row{1}});
  ASSERT_EQ(taste.size(), 1U);
  EXPECT_EQ(taste[0].strength, strength_max);
}

}  // namespace
}  // namespace freshet

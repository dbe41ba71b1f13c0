#include "core/data/item_trends.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <map>
#include <random>

#include "core/base/random.hpp"

namespace freshet {
namespace {

using std::chrono::hours;

constexpr unix_seconds noon = 1'700'049'600;  // 2023-11-15 12:00:00
constexpr unix_seconds hour = 3600;
constexpr unix_seconds day = 24 * hour;

item_index number(std::uint32_t n) {
  return item_index{n};
}

std::map<std::uint32_t, std::uint64_t> in_words(const item_trends::window& window) {
  std::map<std::uint32_t, std::uint64_t> counts;
  for (const auto& [item, events] : window.counts) counts[to_integer(item)] = events;
  return counts;
}

TEST(item_trends, counts_the_last_hours_from_the_newest_event) {
  item_trends trends;
  trends.add(number(1), noon);
  trends.add(number(1), noon - 30 * hour);
  trends.add(number(2), noon - 23 * hour);
  trends.add(number(2), noon - 24 * hour);
  const auto last_day = trends.within(hours(24));
  EXPECT_EQ(in_words(last_day), (std::map<std::uint32_t, std::uint64_t>{{1, 1}, {2, 1}}));
  EXPECT_EQ(last_day.from, noon - 23 * hour);
  EXPECT_EQ(last_day.to, noon);
  EXPECT_EQ(in_words(trends.within(hours(48))), (std::map<std::uint32_t, std::uint64_t>{{1, 2}, {2, 2}}));
  EXPECT_EQ(in_words(trends.within(hours(1))), (std::map<std::uint32_t, std::uint64_t>{{1, 1}}));
}

TEST(item_trends, has_nothing_without_events) {
  const item_trends trends;
  EXPECT_TRUE(trends.within(hours(24)).counts.empty());
  EXPECT_TRUE(trends.ever().counts.empty());
  EXPECT_TRUE(trends.trends().empty());
  EXPECT_FALSE(trends.newest());
}

TEST(item_trends, agrees_with_a_count_over_all_events_in_any_order) {
  const auto seed = std::random_device{}();
  std::printf("seed %u\n", seed);
  random_source random(seed);
  struct touch {
    std::uint32_t item;
    unix_seconds ts;
  };
  std::vector<touch> touches;
  unix_seconds newest = 0;
  for (int n = 0; n < 5000; ++n) {
    touches.push_back({static_cast<std::uint32_t>(random.below(50)),
                       noon - static_cast<unix_seconds>(random.below(static_cast<std::uint64_t>(500 * day)))});
    newest = std::max(newest, touches.back().ts);
  }
  item_trends trends;
  for (const auto& [item, ts] : touches) trends.add(number(item), ts);

  const auto counted_from = [&](unix_seconds from) {
    std::map<std::uint32_t, std::uint64_t> counts;
    for (const auto& [item, ts] : touches) {
      if (ts >= from) ++counts[item];
    }
    return counts;
  };
  for (const std::int64_t length : {1, 24, 168, 169, 24 * 30, 24 * 365}) {
    const auto window = trends.within(hours(length));
    EXPECT_EQ(in_words(window), counted_from(window.from)) << length;
    const auto unit = length <= 168 ? hour : day;
    EXPECT_EQ(window.from % unit, 0);
    EXPECT_GT(window.from, newest - length * hour - unit);
  }
  EXPECT_EQ(in_words(trends.ever()), counted_from(0));
}

TEST(item_trends, scores_an_item_as_the_formula_says) {
  item_trends trends;
  // Four events of item 0 a day ago, two of item 1 now.
  for (int n = 0; n < 4; ++n) trends.add(number(0), noon - day);
  for (int n = 0; n < 2; ++n) trends.add(number(1), noon);
  const double usual_of_first = 4 * std::exp2(-1.0 / 28);
  const double share = (4 * .5 + 2) / (usual_of_first + 2);
  const double expected = 2 * share;
  const auto rising = trends.trends();
  ASSERT_EQ(rising.size(), 1U) << "the first item fell";
  EXPECT_EQ(rising[0].item, number(1));
  EXPECT_NEAR(rising[0].recent, 2, 1e-9);
  EXPECT_NEAR(rising[0].expected, expected, 1e-9);
  EXPECT_NEAR(rising[0].score, (2 - expected) / std::sqrt(expected + 1), 1e-9);
}

TEST(item_trends, finds_the_burst_and_not_the_best_seller) {
  item_trends trends;
  for (unix_seconds back = 0; back < 60 * day; back += hour) {
    for (int n = 0; n < 5; ++n) trends.add(number(0), noon - back);
    if (back % day == 0) trends.add(number(1), noon - back);
  }
  for (int n = 0; n < 30; ++n) trends.add(number(2), noon - n * hour / 4);
  const auto rising = trends.trends();
  ASSERT_FALSE(rising.empty());
  const auto best =
      std::max_element(rising.begin(), rising.end(), [](const auto& a, const auto& b) { return a.score < b.score; });
  EXPECT_EQ(best->item, number(2));
  EXPECT_EQ(in_words(trends.within(hours(24))).at(0), 120U) << "the best seller is the most popular all the same";
}

TEST(item_trends, stays_finite_over_decades) {
  item_trends trends;
  for (unix_seconds ts = 631'152'000; ts < noon; ts += 30 * day) trends.add(number(0), ts);
  trends.add(number(1), noon);
  trends.add(number(0), 631'152'000);
  for (const auto& each : trends.trends()) {
    EXPECT_TRUE(std::isfinite(each.score));
    EXPECT_EQ(each.item, number(1));
  }
  EXPECT_EQ(trends.trends().size(), 1U);
}

TEST(item_trends, drops_the_oldest_hours_and_days_beyond_its_limit_and_says_so) {
  item_trends trends({.hours_kept = 48, .days_kept = 10, .cells_max = 100});
  for (unix_seconds ts = noon - 2 * day; ts <= noon; ts += hour) {
    for (std::uint32_t item = 0; item < 10; ++item) trends.add(number(item), ts);
  }
  const auto window = trends.within(hours(48));
  EXPECT_GT(window.from, noon - 47 * hour) << "the window begins later";
  EXPECT_EQ(in_words(window).at(3), static_cast<std::uint64_t>((noon - window.from) / hour + 1));
  EXPECT_EQ(in_words(trends.ever()).at(3), 49U);
}

}  // namespace
}  // namespace freshet

#include "core/base/schedule.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/check.hpp"

namespace freshet {
namespace {

using ::testing::HasSubstr;

/// Saturday 2026-11-28 03:12:09 UTC.
constexpr unix_seconds saturday = 1795835529;
constexpr unix_seconds midnight = saturday - (3 * 3600 + 12 * 60 + 9);
constexpr unix_seconds day = 86'400;

unix_seconds next(const char* text, unix_seconds now = saturday) {
  const auto read = schedule::parse(text);
  EXPECT_TRUE(read.ok()) << text << ": " << (read.ok() ? "" : read.failure().message);
  return read ? read->next(0, now) : 0;
}

TEST(schedule, of_a_crontab_is_the_first_time_after_now) {
  EXPECT_EQ(next("0 2 * * 0"), midnight + day + 2 * 3600) << "Sunday at two";
  EXPECT_EQ(next("0 2 * * 7"), midnight + day + 2 * 3600);
  EXPECT_EQ(next("0 2 * * sun"), midnight + day + 2 * 3600);
  EXPECT_EQ(next("* * * * *"), midnight + 3 * 3600 + 13 * 60);
  EXPECT_EQ(next("*/15 * * * *"), midnight + 3 * 3600 + 15 * 60);
  EXPECT_EQ(next("5/20 * * * *"), midnight + 3 * 3600 + 25 * 60);
  EXPECT_EQ(next("12 3 * * *"), midnight + day + 3 * 3600 + 12 * 60) << "this minute has begun";
  EXPECT_EQ(next("0 8-10,20 * * MON-FRI"), midnight + 2 * day + 8 * 3600);
  EXPECT_EQ(next("0 0 1 jan *"), 1798761600) << "2027-01-01";
  EXPECT_EQ(next("0 0 29 2 *"), 1835395200) << "2028-02-29";
  EXPECT_EQ(next("@daily"), midnight + day);
  EXPECT_EQ(next("@hourly"), midnight + 4 * 3600);
}

TEST(schedule, with_both_days_named_takes_either) {
  EXPECT_EQ(next("0 0 1 * mon"), midnight + 2 * day) << "Monday the 30th";
  EXPECT_EQ(next("0 0 1 * mon", midnight + 2 * day), midnight + 3 * day) << "Tuesday the 1st";
}

TEST(schedule, of_an_interval_counts_from_the_last_time) {
  const auto six_hours = schedule::parse("6h");
  ASSERT_TRUE(six_hours.ok());
  EXPECT_EQ(six_hours->next(saturday, saturday + 5), saturday + 6 * 3600);
  EXPECT_EQ(six_hours->next(saturday - day, saturday), saturday) << "overdue";
  EXPECT_EQ(schedule::parse("90s")->next(100, 100), 190);
  EXPECT_EQ(schedule::parse("30m")->next(0, 0), 1800);
  EXPECT_EQ(schedule::parse("7d")->next(0, 0), 7 * day);
}

TEST(schedule, says_what_it_cannot_read) {
  const auto refused = [](const char* text) {
    const auto read = schedule::parse(text);
    EXPECT_FALSE(read.ok()) << text;
    return read.ok() ? std::string() : read.failure().message;
  };
  EXPECT_THAT(refused("sometimes"), HasSubstr("\"sometimes\" is neither an interval"));
  EXPECT_THAT(refused(""), HasSubstr("crontab"));
  EXPECT_THAT(refused("60 * * * *"), HasSubstr("the minute \"60\""));
  EXPECT_THAT(refused("0 24 * * *"), HasSubstr("the hour \"24\""));
  EXPECT_THAT(refused("0 0 0 * *"), HasSubstr("the day of the month"));
  EXPECT_THAT(refused("0 0 * foo *"), HasSubstr("the month \"foo\""));
  EXPECT_THAT(refused("0 0 * * 5-2"), HasSubstr("the day of the week"));
  EXPECT_THAT(refused("*/0 * * * *"), HasSubstr("the minute"));
  EXPECT_THAT(refused("1, * * * *"), HasSubstr("the minute"));
  EXPECT_THAT(refused("0 0 30 2 *"), HasSubstr("never comes"));
  EXPECT_THAT(refused("0h"), HasSubstr("neither"));
}

}  // namespace
}  // namespace freshet

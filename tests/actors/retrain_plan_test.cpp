#include "actors/retrain_plan.hpp"

#include <gtest/gtest.h>

namespace freshet {
namespace {

constexpr unix_seconds saturday_night = 1795824000;  // 2026-11-28 00:00 UTC
constexpr unix_seconds hour = 3'600;

TEST(a_retrain_plan, without_settings_is_never_due) {
  retrain_plan plan;
  plan.configure({}, saturday_night);
  EXPECT_FALSE(plan.due(saturday_night + 1'000'000, 1'000'000'000));
}

TEST(a_retrain_plan, by_crontab_is_due_once_each_time) {
  retrain_plan plan;
  plan.configure({.schedule = "0 2 * * *"}, saturday_night);
  plan.serves(saturday_night - 100 * hour, 0, saturday_night);
  EXPECT_FALSE(plan.due(saturday_night, 0)) << "what fell into the time before the start is not made up for";
  EXPECT_FALSE(plan.due(saturday_night + 2 * hour - 1, 0));
  EXPECT_EQ(plan.due(saturday_night + 2 * hour, 0), "schedule 0 2 * * *");
  plan.ended(saturday_night + 2 * hour + 30, 0);
  EXPECT_FALSE(plan.due(saturday_night + 2 * hour + 60, 0));
  EXPECT_TRUE(plan.due(saturday_night + 26 * hour, 0));
}

TEST(a_retrain_plan, by_interval_counts_from_the_last_training_even_before_the_start) {
  retrain_plan plan;
  plan.configure({.schedule = "6h"}, saturday_night);
  EXPECT_FALSE(plan.due(saturday_night + 6 * hour - 1, 0)) << "nothing was trained yet: from the start";
  EXPECT_TRUE(plan.due(saturday_night + 6 * hour, 0));
  plan = {};
  plan.configure({.schedule = "6h"}, saturday_night);
  plan.serves(saturday_night - 50 * hour, 0, saturday_night);
  EXPECT_TRUE(plan.due(saturday_night, 0)) << "overdue";
  plan.serves(saturday_night - 5 * hour, 0, saturday_night);
  EXPECT_FALSE(plan.due(saturday_night, 0));
  plan.serves(saturday_night - 50 * hour, 0, saturday_night);
  EXPECT_FALSE(plan.due(saturday_night + hour - 1, 0)) << "a rollback to an older model";
  EXPECT_TRUE(plan.due(saturday_night + hour, 0));
}

TEST(a_retrain_plan,
     is_due_once_when_the_clock_is_set_forward_and_waits_no_longer_than_its_interval_when_it_is_set_back) {
  retrain_plan plan;
  plan.configure({.schedule = "6h"}, saturday_night);
  EXPECT_FALSE(plan.due(saturday_night + hour, 0));
  EXPECT_TRUE(plan.due(saturday_night + 25 * hour, 0));
  plan.ended(saturday_night + 25 * hour, 0);
  EXPECT_FALSE(plan.due(saturday_night + 25 * hour, 0)) << "four intervals are made up for once";
  EXPECT_FALSE(plan.due(saturday_night + hour, 0)) << "set back by a day";
  EXPECT_FALSE(plan.due(saturday_night + 7 * hour - 1, 0));
  EXPECT_TRUE(plan.due(saturday_night + 7 * hour, 0)) << "not a day later";
}

TEST(a_retrain_plan, by_number_counts_the_events_since_the_last_one) {
  retrain_plan plan;
  plan.configure({.min_new_events = 100}, saturday_night);
  plan.serves(saturday_night, 1'000, saturday_night);
  EXPECT_FALSE(plan.due(saturday_night, 1'099));
  EXPECT_EQ(plan.due(saturday_night, 1'120), "120 new events");
  plan.ended(saturday_night, 1'120);
  EXPECT_FALSE(plan.due(saturday_night, 1'121));
  EXPECT_FALSE(plan.due(saturday_night, 900)) << "retention took some away";
}

TEST(a_retrain_plan, takes_over_other_settings_while_it_runs) {
  retrain_plan plan;
  plan.configure({.schedule = "6h"}, saturday_night);
  plan.configure({.schedule = "1h"}, saturday_night);
  EXPECT_TRUE(plan.due(saturday_night + hour, 0));
  plan.configure({}, saturday_night);
  EXPECT_FALSE(plan.due(saturday_night + 100 * hour, 0));
}

}  // namespace
}  // namespace freshet

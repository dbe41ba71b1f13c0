#include "io/telemetry/recent_traffic.hpp"

#include <gtest/gtest.h>

namespace freshet {
namespace {

using namespace std::chrono_literals;
using time_point = recent_traffic::time_point;

const time_point start{1000s};

TEST(recent_traffic, knows_percentiles_of_what_recommends_and_counts_the_rest) {
  recent_traffic traffic(start);
  for (int i = 1; i <= 100; ++i) traffic.record({.took = i * 1ms, .failed = false, .recommends = true}, start + 1s);
  traffic.record({.took = 10s, .failed = true, .recommends = false}, start + 2s);
  const auto seen = traffic.seen(start + 5s);
  EXPECT_EQ(seen.requests, 101U);
  EXPECT_EQ(seen.recommending, 100U);
  EXPECT_EQ(seen.errors, 1U);
  EXPECT_EQ(seen.seconds, 5);
  EXPECT_DOUBLE_EQ(seen.requests_per_second(), 101.0 / 5);
  EXPECT_DOUBLE_EQ(seen.error_rate(), 1.0 / 101);
  const auto near = [](std::chrono::nanoseconds value) {
    return std::chrono::duration<double, std::milli>(value).count();
  };
  EXPECT_NEAR(near(seen.p50), 50, .1);
  EXPECT_NEAR(near(seen.p90), 90, .1);
  EXPECT_NEAR(near(seen.p95), 95, .1);
  EXPECT_NEAR(near(seen.p99), 99, .1);
  EXPECT_EQ(seen.max, 100ms);
}

TEST(recent_traffic, forgets_what_is_a_minute_old) {
  recent_traffic traffic(start);
  traffic.record({.took = 900ms, .failed = true, .recommends = true}, start + 3s);
  traffic.record({.took = 1ms, .failed = false, .recommends = true}, start + 25s);
  EXPECT_EQ(traffic.seen(start + 59s).requests, 2U);
  const auto later = traffic.seen(start + 60s);
  EXPECT_EQ(later.requests, 1U);
  EXPECT_EQ(later.errors, 0U);
  EXPECT_EQ(later.max, 1ms);
  EXPECT_EQ(later.seconds, 50);
  EXPECT_EQ(traffic.seen(start + 500s).requests, 0U);
}

TEST(recent_traffic, a_slot_that_comes_round_again_starts_empty) {
  recent_traffic traffic(start);
  traffic.record({.took = 5ms, .failed = false, .recommends = true}, start + 1s);
  traffic.record({.took = 7ms, .failed = false, .recommends = true}, start + 61s);
  const auto seen = traffic.seen(start + 62s);
  EXPECT_EQ(seen.requests, 1U);
  EXPECT_EQ(seen.max, 7ms);
}

}  // namespace
}  // namespace freshet

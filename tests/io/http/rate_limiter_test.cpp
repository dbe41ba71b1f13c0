#include "io/http/rate_limiter.hpp"

#include <gtest/gtest.h>

#include <string>

namespace freshet::http {
namespace {

using namespace std::chrono_literals;

const rate_limiter::time_point start{std::chrono::hours(1)};

std::size_t allowed_of(rate_limiter& limiter, std::size_t requests, std::string_view who,
                       rate_limiter::time_point when) {
  std::size_t allowed = 0;
  for (std::size_t i = 0; i < requests; ++i) allowed += limiter.take(who, when).allowed ? 1 : 0;
  return allowed;
}

TEST(rate_limiter, lets_a_burst_through_and_then_the_rate) {
  rate_limiter limiter({.requests_per_second = 10, .burst = 5});
  EXPECT_EQ(allowed_of(limiter, 20, "a", start), 5u);
  EXPECT_EQ(allowed_of(limiter, 20, "a", start + 200ms), 2u);
  EXPECT_EQ(allowed_of(limiter, 20, "a", start + 1200ms), 5u) << "never more than the burst";
}

TEST(rate_limiter, counts_each_caller_alone) {
  rate_limiter limiter({.requests_per_second = 1, .burst = 2});
  EXPECT_EQ(allowed_of(limiter, 3, "a", start), 2u);
  EXPECT_EQ(allowed_of(limiter, 3, "b", start), 2u);
  EXPECT_EQ(limiter.callers(), 2u);
}

TEST(rate_limiter, without_a_burst_allows_a_seconds_worth_at_once) {
  rate_limiter limiter({.requests_per_second = 2.5});
  EXPECT_EQ(limiter.burst(), 3u);
  rate_limiter slow({.requests_per_second = .1});
  EXPECT_EQ(slow.burst(), 1u);
  EXPECT_EQ(slow.window(), 10s);
}

TEST(rate_limiter, says_what_is_left_and_when_to_come_back) {
  rate_limiter limiter({.requests_per_second = .5, .burst = 2});
  auto verdict = limiter.take("a", start);
  EXPECT_TRUE(verdict.allowed);
  EXPECT_EQ(verdict.remaining, 1u);
  EXPECT_EQ(verdict.reset, 2s);
  EXPECT_EQ(verdict.retry_after, 0s);
  EXPECT_TRUE(limiter.take("a", start).allowed);
  verdict = limiter.take("a", start);
  EXPECT_FALSE(verdict.allowed);
  EXPECT_EQ(verdict.remaining, 0u);
  EXPECT_EQ(verdict.reset, 4s);
  EXPECT_EQ(verdict.retry_after, 2s);
  EXPECT_TRUE(limiter.take("a", start + verdict.retry_after).allowed) << "as promised";
}

TEST(rate_limiter, a_clock_that_lags_takes_nothing_away) {
  rate_limiter limiter({.requests_per_second = 1, .burst = 2});
  EXPECT_TRUE(limiter.take("a", start).allowed);
  EXPECT_TRUE(limiter.take("a", start - 10s).allowed);
  EXPECT_FALSE(limiter.take("a", start).allowed);
}

TEST(rate_limiter, forgets_who_was_silent_longest_when_there_are_too_many) {
  rate_limiter limiter({.requests_per_second = .001, .burst = 1});
  limiter.take("silent", start);
  for (int i = 0; i < 65'534; ++i) limiter.take(std::to_string(i), start);
  limiter.take("loud", start);
  limiter.take("one more", start);
  limiter.take("and another", start);
  EXPECT_EQ(limiter.callers(), 65'536u);
  EXPECT_FALSE(limiter.take("loud", start).allowed);
  EXPECT_TRUE(limiter.take("silent", start).allowed) << "forgotten, so its bucket is full";
}

TEST(address_group, is_the_address_or_the_network_of_a_subscriber) {
  EXPECT_EQ(address_group("10.0.0.7"), "10.0.0.7");
  EXPECT_EQ(address_group("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
  EXPECT_EQ(address_group("2001:db8:1:2:ffff::1"), "2001:db8:1:2::/64");
  EXPECT_NE(address_group("2001:db8:1:3::1"), address_group("2001:db8:1:2::1"));
  EXPECT_EQ(address_group("fe80::1%eth0"), "fe80::/64");
  EXPECT_EQ(address_group("unknown"), "unknown");
}

}  // namespace
}  // namespace freshet::http

#include "core/base/latency_histogram.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/base/random.hpp"

namespace freshet {
namespace {

using std::chrono::nanoseconds;

TEST(latency_histogram, knows_any_quantile_to_a_thousandth) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    SCOPED_TRACE(seed);
    random_source random(seed);
    latency_histogram counted;
    std::vector<std::int64_t> values;
    for (int i = 0; i < 5000; ++i) {
      values.push_back(static_cast<std::int64_t>(std::exp(25 * random.uniform())));
      counted.record(nanoseconds(values.back()));
    }
    std::sort(values.begin(), values.end());
    for (const double share : {0.0, 0.001, 0.5, 0.9, 0.99, 0.999, 1.0}) {
      const auto rank = std::max<std::size_t>(1, static_cast<std::size_t>(std::ceil(share * 5000)));
      const auto exact = static_cast<double>(values[rank - 1]);
      EXPECT_NEAR(static_cast<double>(counted.quantile(share).count()), exact, exact / 1000 + 1) << share;
    }
    EXPECT_EQ(counted.max().count(), values.back());
    EXPECT_NEAR(counted.share_within(nanoseconds(values[2499])), 0.5, 0.001);
  }
}

TEST(latency_histogram, adds_up_what_others_counted) {
  latency_histogram one, other;
  one.record(nanoseconds(10));
  other.record(nanoseconds(30));
  other.record(nanoseconds(2000));
  one.add(other);
  EXPECT_EQ(one.count(), 3U);
  EXPECT_EQ(one.mean(), nanoseconds(680));
  EXPECT_EQ(one.quantile(0.5), nanoseconds(30));
  EXPECT_EQ(one.max(), nanoseconds(2000));
}

TEST(latency_histogram, takes_any_value) {
  latency_histogram counted;
  counted.record(nanoseconds(-5));
  counted.record(nanoseconds::max());
  EXPECT_EQ(counted.quantile(0.5), nanoseconds(0));
  EXPECT_GT(counted.quantile(1), std::chrono::hours(2));
}

TEST(latency_histogram, of_nothing_is_zero) {
  EXPECT_EQ(latency_histogram().quantile(0.99), nanoseconds(0));
  EXPECT_EQ(latency_histogram().mean(), nanoseconds(0));
  EXPECT_EQ(latency_histogram().share_within(nanoseconds(1)), 1);
}

}  // namespace
}  // namespace freshet

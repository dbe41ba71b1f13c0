#include "core/evaluation/bootstrap.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "core/base/random.hpp"

namespace freshet {
namespace {

/// A case for each value, each of a user of its own.
std::vector<evaluation_case> cases_of(std::size_t count) {
  std::vector<evaluation_case> cases;
  for (std::uint32_t user = 0; user < count; ++user) cases.push_back({.user = user_row{user}});
  return cases;
}

std::vector<double> normal_values(std::size_t count, double mean, std::uint64_t seed) {
  random_source random(seed);
  std::vector<double> values(count);
  for (auto& each : values) each = mean + random.normal();
  return values;
}

values_by_user by_user(const std::vector<double>& values) {
  return sum_by_user(cases_of(values.size()), std::vector<std::vector<double>>{values});
}

TEST(bootstrap, interval_is_that_of_a_normal_mean) {
  const auto values = normal_values(400, 3, 11);
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / 400;
  const auto found = bootstrap_means(by_user(values), {.resamples = 4'000})[0];
  EXPECT_NEAR(found.low, mean - 1.96 / 20, 0.02);
  EXPECT_NEAR(found.high, mean + 1.96 / 20, 0.02);
}

TEST(bootstrap, interval_covers_the_true_mean_about_as_often_as_it_says) {
  int covered = 0;
  for (std::uint64_t trial = 0; trial < 200; ++trial) {
    const auto found = bootstrap_means(by_user(normal_values(50, 1, 100 + trial)), {.resamples = 300})[0];
    covered += found.low <= 1 && 1 <= found.high ? 1 : 0;
  }
  EXPECT_GE(covered, 176);
  EXPECT_LE(covered, 199);
}

TEST(bootstrap, draws_the_cases_of_a_user_together) {
  // Two users: one with three cases of value 1, one with one of value 0. The mean over cases is 1, 3/4 or 0.
  std::vector<evaluation_case> cases(4);
  cases[3].user = user_row{1};
  const auto values = sum_by_user(cases, std::vector<std::vector<double>>{{1, 1, 1, 0}});
  EXPECT_EQ(values.sums, (std::vector<double>{3, 0}));
  const auto found = bootstrap_means(values, {})[0];
  EXPECT_EQ(found.low, 0);
  EXPECT_EQ(found.high, 1);
}

TEST(bootstrap, gives_the_same_on_any_number_of_threads) {
  const auto values = by_user(normal_values(30, 0, 5));
  const auto one = bootstrap_means(values, {.threads = 1})[0];
  const auto three = bootstrap_means(values, {.threads = 3})[0];
  EXPECT_EQ(one.low, three.low);
  EXPECT_EQ(one.high, three.high);
  EXPECT_NE(one.low, bootstrap_means(values, {.seed = 7})[0].low);
}

TEST(compare_paired, tells_a_difference_from_chance) {
  const auto a = normal_values(200, 0, 21), noise = normal_values(200, 0, 22);
  auto better = a, alike = a;
  for (std::size_t i = 0; i < a.size(); ++i) {
    better[i] += 0.3 + 0.5 * noise[i];
    alike[i] += 0.5 * noise[i];
  }
  const auto found = compare_paired(by_user(better), by_user(a), {})[0];
  EXPECT_NEAR(found.mean, 0.3, 0.1);
  EXPECT_GT(found.likely.low, 0);
  EXPECT_LT(found.p, 0.01);
  EXPECT_GT(compare_paired(by_user(alike), by_user(a), {})[0].p, 0.05);
}

TEST(compare_paired, of_a_model_with_itself_is_no_difference) {
  const auto values = by_user({1, 2, 3});
  const auto found = compare_paired(values, values, {})[0];
  EXPECT_EQ(found.mean, 0);
  EXPECT_EQ(found.p, 1);
}

TEST(compare_paired, counts_all_sign_flips_of_few_users) {
  // Differences 1 and 1: a half of the flips reach the mean of 1 in size.
  const auto found = compare_paired(by_user({1, 1}), by_user({0, 0}), {.resamples = 4'000})[0];
  EXPECT_NEAR(found.p, 0.5, 0.05);
}

}  // namespace
}  // namespace freshet

#include "actors/generation/model_trial.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace freshet {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using kind = trial_verdict::kind;

model_trial trial_of(rollout_stage stage, double share, const std::string& model_id = "als_20261128_v2") {
  auto candidate = std::make_shared<generation>();
  candidate->model_id = model_id;
  return {.candidate = candidate,
          .stage = stage,
          .share = share,
          .since = std::chrono::steady_clock::time_point{},
          .shadow = std::make_shared<shadow_figures>()};
}

void answer(const model_trial& trial, int times, const live_figures::answered& each) {
  for (int i = 0; i < times; ++i) trial.candidate->live->record(each);
}

TEST(a_canary, serves_its_share_of_the_users_and_always_the_same) {
  const auto trial = trial_of(rollout_stage::canary, .2);
  int served = 0;
  for (int user = 0; user < 10'000; ++user) {
    const auto id = "u" + std::to_string(user);
    const bool is_served = serves_canary(&trial, id);
    served += is_served ? 1 : 0;
    EXPECT_EQ(serves_canary(&trial, id), is_served);
  }
  EXPECT_NEAR(served, 2'000, 200);
  EXPECT_FALSE(serves_canary(nullptr, "u1"));
  const auto everybody = trial_of(rollout_stage::canary, 1);
  EXPECT_TRUE(serves_canary(&everybody, "u1"));
  EXPECT_FALSE(serves_canary(&everybody, "")) << "an anonymous history has no user to be the same";
  const auto unseen = trial_of(rollout_stage::shadow, 1);
  EXPECT_FALSE(serves_canary(&unseen, "u1"));
}

TEST(a_canary, of_another_model_chooses_other_users) {
  const auto first = trial_of(rollout_stage::canary, .5, "als_1");
  const auto second = trial_of(rollout_stage::canary, .5, "als_2");
  int differ = 0;
  for (int user = 0; user < 1'000; ++user) {
    const auto id = "u" + std::to_string(user);
    if (takes_part(first, id) != takes_part(second, id)) ++differ;
  }
  EXPECT_NEAR(differ, 500, 100);
}

TEST(a_live_guard, names_the_figure_that_is_out_of_bounds) {
  const live_guard_options bounds{.requests_min = 10, .error_rate_max = .1, .p99_max = 100ms, .fallback_rate_max = .5};
  const auto why = [&](int good, int bad, const live_figures::answered& worse) {
    live_figures figures;
    for (int i = 0; i < good; ++i) figures.record({1ms, false, false});
    for (int i = 0; i < bad; ++i) figures.record(worse);
    return out_of_bounds(bounds, figures.seen()).value_or("");
  };
  EXPECT_EQ(why(100, 0, {}), "");
  EXPECT_EQ(why(0, 9, {1ms, true, false}), "") << "too few to tell";
  EXPECT_EQ(why(90, 10, {1ms, true, false}), "") << "just within";
  EXPECT_THAT(why(80, 20, {1ms, true, false}), HasSubstr("error rate 0.2 is above 0.1"));
  EXPECT_THAT(why(40, 60, {1ms, false, true}), HasSubstr("fallback rate 0.6 is above 0.5"));
  EXPECT_THAT(why(90, 10, {500ms, false, false}), HasSubstr("is above 100 ms"));
}

TEST(a_trial, is_promoted_when_it_was_in_bounds_for_long_enough) {
  const live_guard_options bounds{.requests_min = 10};
  const rollout_options rule{.promote_after = 60s, .requests_min = 50, .overlap_min = .5};
  const auto start = std::chrono::steady_clock::time_point{};
  const auto canary = trial_of(rollout_stage::canary, .1);
  answer(canary, 49, {1ms, false, false});
  EXPECT_EQ(judge(canary, rule, bounds, start + 61s).what, kind::goes_on) << "too few requests";
  answer(canary, 1, {1ms, false, false});
  EXPECT_EQ(judge(canary, rule, bounds, start + 59s).what, kind::goes_on);
  EXPECT_EQ(judge(canary, rule, bounds, start + 61s).what, kind::promote);
  auto by_command = rule;
  by_command.promote_after = 0s;
  EXPECT_EQ(judge(canary, by_command, bounds, start + 1h).what, kind::goes_on);

  const auto shadow = trial_of(rollout_stage::shadow, .1);
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(shadow.shadow->begin());
    shadow.shadow->finish({.overlap = .6, .drift = .1, .candidate_took = 1ms});
  }
  EXPECT_EQ(judge(shadow, rule, bounds, start + 61s).what, kind::promote);
}

TEST(a_trial, out_of_bounds_is_aborted) {
  const live_guard_options bounds{.requests_min = 10, .error_rate_max = .1};
  const rollout_options rule{.promote_after = 60s, .requests_min = 10, .overlap_min = .5};
  const auto start = std::chrono::steady_clock::time_point{};
  const auto canary = trial_of(rollout_stage::canary, .1);
  answer(canary, 20, {1ms, true, false});
  const auto at_once = judge(canary, rule, bounds, start + 1s);
  EXPECT_EQ(at_once.what, kind::abort);
  EXPECT_THAT(at_once.reason, HasSubstr("error rate 1"));

  const auto shadow = trial_of(rollout_stage::shadow, .1);
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(shadow.shadow->begin());
    shadow.shadow->finish({.overlap = .1, .drift = 0, .candidate_took = 1ms});
  }
  EXPECT_EQ(judge(shadow, rule, bounds, start + 1s).what, kind::goes_on) << "nobody sees it";
  EXPECT_THAT(judge(shadow, rule, bounds, start + 61s).reason, HasSubstr("overlap 0.1 is below 0.5"));
}

TEST(a_shadow, compares_no_more_at_once_than_it_may_and_means_what_it_saw) {
  shadow_figures figures;
  for (std::uint64_t i = 0; i < shadow_figures::in_work_max; ++i) EXPECT_TRUE(figures.begin());
  EXPECT_FALSE(figures.begin());
  figures.finish({.overlap = .5, .drift = 1, .candidate_took = 1ms});
  figures.finish({.overlap = 1, .drift = 3, .candidate_took = 1ms});
  figures.give_up();
  EXPECT_TRUE(figures.begin());
  const auto seen = figures.seen();
  EXPECT_EQ(seen.compared, 2U);
  EXPECT_EQ(seen.left_out, 2U);
  EXPECT_DOUBLE_EQ(seen.overlap, .75);
  EXPECT_DOUBLE_EQ(seen.drift, 2);
}

}  // namespace
}  // namespace freshet

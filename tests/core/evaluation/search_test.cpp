#include "core/evaluation/search/search.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "core/models/trainer.hpp"

namespace freshet {
namespace {

const search_space mixed{
    {"rate", number_range{.min = 1e-4, .max = 1, .is_log = true}},
    {"width", number_range{.min = 8, .max = 256, .is_log = true, .is_whole = true}},
    {"share", number_range{.min = -2, .max = 3}},
    {"kind", choices{{parameter("one"), parameter("two"), parameter("three")}}},
};

double number(const parameters& given, std::string_view name) {
  return std::get<double>(given.find(name)->second);
}

/// Best at rate .01, width 64, share 1 and kind two, where it is 0.
double mixed_value(const parameters& at) {
  const double rate = std::log10(number(at, "rate")) + 2;
  const double width = std::log2(number(at, "width")) - 6;
  const double share = number(at, "share") - 1;
  const double kind = at.at("kind") == parameter("two") ? 0 : 1;
  return -(rate * rate + width * width + share * share + 2 * kind);
}

const search_space plane{{"x", number_range{.min = -5, .max = 10}}, {"y", number_range{.min = 0, .max = 15}}};

/// Branin's function, turned upside down; best is -0.397887.
double branin(const parameters& at) {
  const double x = number(at, "x");
  const double y = number(at, "y");
  const double pi = std::numbers::pi;
  const double bend = y - 5.1 / (4 * pi * pi) * x * x + 5 / pi * x - 6;
  return -(bend * bend + 10 * (1 - 1 / (8 * pi)) * std::cos(x) + 10);
}

using plain_function = double (*)(const parameters&);

trial_objective objective_of(plain_function function) {
  return [function](const parameters& tried, const trial_report&) -> std::optional<result<double>> {
    return function(tried);
  };
}

std::vector<trial> run(const search_space& space, const trial_objective& objective, const search_options& options) {
  memory_trial_store store;
  EXPECT_TRUE(search(space, options, store, objective));
  return store.trials();
}

/// Mean of the best value over seeds.
double mean_best(const search_space& space, plain_function function, std::size_t startup_trials) {
  constexpr std::uint64_t seeds = 30;
  double sum = 0;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const auto trials =
        run(space, objective_of(function), {.trials = 50, .seed = seed, .sampler = {.startup_trials = startup_trials}});
    sum += best_of(trials)->value;
  }
  return sum / seeds;
}

TEST(search, gets_nearer_to_the_best_than_drawing_at_random) {
  constexpr std::size_t always = 1000;
  EXPECT_GT(mean_best(mixed, mixed_value, 10), mean_best(mixed, mixed_value, always) + 0.2);
  EXPECT_GT(mean_best(plane, branin, 10), mean_best(plane, branin, always) + 0.2);
}

TEST(search, stays_within_its_space) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    for (const auto& each : run(mixed, objective_of(mixed_value), {.trials = 60, .seed = seed})) {
      EXPECT_TRUE(holds(mixed, each.tried)) << each.number;
    }
  }
}

TEST(search, that_was_interrupted_goes_on_as_if_it_had_not_been) {
  const search_options options{.trials = 40, .seed = 5};
  const auto whole = run(mixed, objective_of(mixed_value), options);
  memory_trial_store store;
  int calls = 0;
  const trial_objective interrupted = [&](const parameters& tried,
                                          const trial_report&) -> std::optional<result<double>> {
    if (++calls % 7 == 0) return std::nullopt;
    return mixed_value(tried);
  };
  while (store.trials().size() < options.trials) ASSERT_TRUE(search(mixed, options, store, interrupted));
  ASSERT_EQ(store.trials().size(), whole.size());
  for (std::size_t i = 0; i < whole.size(); ++i) {
    EXPECT_EQ(store.trials()[i].tried, whole[i].tried) << i;
    EXPECT_EQ(store.trials()[i].value, whole[i].value) << i;
  }
}

TEST(search, never_tries_the_same_twice_while_there_is_something_else) {
  const search_space few{{"n", number_range{.min = 1, .max = 12, .is_whole = true}}};
  const trial_objective value = [](const parameters& tried, const trial_report&) -> std::optional<result<double>> {
    return number(tried, "n");
  };
  std::vector<double> tried;
  for (const auto& each : run(few, value, {.trials = 12})) tried.push_back(number(each.tried, "n"));
  EXPECT_THAT(tried, ::testing::UnorderedElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12));
}

TEST(search, keeps_what_failed_and_goes_on) {
  const trial_objective fragile = [](const parameters& tried, const trial_report&) -> std::optional<result<double>> {
    if (number(tried, "share") > 1) return error{error_code::invalid_argument, "diverged"};
    return mixed_value(tried);
  };
  std::size_t failed = 0;
  for (const auto& each : run(mixed, fragile, {.trials = 30})) {
    EXPECT_EQ(each.state == trial_state::failed, number(each.tried, "share") > 1);
    failed += each.state == trial_state::failed ? 1 : 0;
    EXPECT_EQ(each.why, each.state == trial_state::failed ? "diverged" : "");
  }
  EXPECT_GT(failed, 0U);
  EXPECT_LT(failed, 15U) << "what fails is avoided";
}

TEST(search, ends_hopeless_trials_early_and_finds_the_best_all_the_same) {
  std::uint64_t steps_taken = 0;
  const trial_objective learning = [&](const parameters& tried,
                                       const trial_report& report) -> std::optional<result<double>> {
    constexpr std::uint32_t steps = 32;
    const double reached = mixed_value(tried);
    for (std::uint32_t step = 1; step <= steps; ++step) {
      ++steps_taken;
      const double now = reached - 3.0 / step;
      if (is_measured(step) && !report({step, now}, steps)) return now;
    }
    return reached;
  };
  const auto trials = run(mixed, learning, {.trials = 60, .seed = 3});
  std::size_t pruned = 0;
  for (const auto& each : trials) pruned += each.state == trial_state::pruned ? 1 : 0;
  EXPECT_GT(pruned, 10U);
  EXPECT_LT(steps_taken, 60U * 32U * 3 / 4);
  EXPECT_GT(best_of(trials)->value, -1);
}

TEST(median_pruner, compares_the_best_so_far_at_the_same_step) {
  const auto complete = [](std::vector<trial_measurement> curve) {
    return trial{.state = trial_state::complete, .value = 1, .curve = std::move(curve)};
  };
  const std::vector<trial> before{complete({{1, 0.1}, {2, 0.5}}),
                                  complete({{1, 0.3}, {2, 0.2}}),
                                  complete({{1, 0.2}, {2, 0.4}}),
                                  {.state = trial_state::pruned, .curve = {{1, 0.9}, {2, 0.9}}}};
  const median_pruner rule{.complete_min = 3, .steps_min = 0.2};
  const auto hopeless = [&](std::vector<trial_measurement> curve, std::uint32_t steps = 10) {
    return rule.is_hopeless(curve, steps, before);
  };
  EXPECT_TRUE(hopeless({{1, 0.1}, {2, 0.39}}));
  EXPECT_FALSE(hopeless({{1, 0.41}, {2, 0.1}})) << "it has been better";
  EXPECT_FALSE(hopeless({{1, 0.0}})) << "too early";
  EXPECT_FALSE(hopeless({{2, 0.0}}, 11)) << "too early";
  EXPECT_FALSE(hopeless({{1, 0.0}, {4, 0.0}})) << "nothing to compare with";
  EXPECT_FALSE((median_pruner{.complete_min = 4}.is_hopeless(std::vector<trial_measurement>{{2, 0}}, 4, before)));
}

TEST(number_range, gives_every_whole_number_the_same_share) {
  const number_range range{.min = 1, .max = 4, .is_whole = true};
  EXPECT_EQ(range.at(0), 1);
  EXPECT_EQ(range.at(0.2499), 1);
  EXPECT_EQ(range.at(0.2501), 2);
  EXPECT_EQ(range.at(1), 4);
  for (const double value : {1.0, 2.0, 3.0, 4.0}) EXPECT_EQ(range.at(range.position_of(value)), value);
}

TEST(search_spaces, hold_only_what_their_families_take) {
  std::size_t searched = 0;
  for (const auto& family : trainers()) {
    const auto space = search_space_of(family.name);
    if (!space) continue;
    ++searched;
    random_source random(9);
    for (int i = 0; i < 100; ++i) {
      const auto completed = family.complete(draw(*space, random));
      ASSERT_TRUE(completed) << completed.failure().message;
    }
  }
  EXPECT_GE(searched, 2U);
}

TEST(search_spaces, of_blends_are_the_weights_beside_the_first) {
  const parameters two{{"parts.0.model", "als"}, {"parts.0.weight", 2.0}, {"parts.1.model", "popularity"}};
  const auto space = search_space_of("hybrid", two);
  ASSERT_TRUE(space);
  ASSERT_EQ(space->size(), 1U);
  EXPECT_EQ(space->front().name, "parts.1.weight");
  EXPECT_EQ(std::get<number_range>(space->front().values).max, 100);
  EXPECT_FALSE(search_space_of("hybrid", {{"parts.0.model", "als"}}));
  EXPECT_FALSE(search_space_of("hybrid"));
}

}  // namespace
}  // namespace freshet

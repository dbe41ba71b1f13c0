#include "core/evaluation/early_stopping.hpp"

#include <gtest/gtest.h>

#include "core/evaluation/validation_split.hpp"
#include "core/models/popularity/popularity.hpp"
#include "core/models/trainer.hpp"

namespace freshet {
namespace {

/// One user who has done nothing and likes item 0 of three.
evaluation_cases one_case() {
  evaluation_cases cases{.told = [](user_row, std::uint32_t) { return user_interactions{}; }};
  cases.add({}, {item_row{0}});
  return cases;
}

/// A training whose model puts item 0 on the given rank at each step.
struct scripted_training {
  std::vector<std::uint32_t> ranks;
  std::uint32_t snapshots = 0;

  trained_model model_at(std::size_t step) {
    ++snapshots;
    const auto score = 4.5F - static_cast<float>(ranks[step - 1]);
    return {.served = std::make_shared<popularity_model>(std::vector<float>{score, 3, 2})};
  }

  /// Steps made.
  std::uint32_t run(early_stopping& stopping) {
    const auto steps = static_cast<std::uint32_t>(ranks.size());
    for (std::uint32_t step = 1; step <= steps; ++step) {
      if (!stopping.observe({step, steps, 1.0 / step, [&] { return model_at(step); }})) return step;
    }
    return steps;
  }
};

TEST(early_stopping, ends_after_measurements_without_a_new_best_and_keeps_the_best_model) {
  const auto cases = one_case();
  early_stopping stopping(cases, {.metric = {&ranking_metrics::mrr, 3}, .patience = 2});
  scripted_training training{{3, 2, 1, 2, 2, 1, 1}};
  EXPECT_EQ(training.run(stopping), 5U);
  EXPECT_EQ(stopping.best()->step, 3U);
  EXPECT_EQ(stopping.best()->value, 1);
  EXPECT_EQ(stopping.curve().size(), 5U);
  EXPECT_NEAR(stopping.curve()[0].value, 1.0 / 3, 1e-12);
  const auto kept = stopping.best_or({});
  EXPECT_EQ(std::get<constant_scores>(kept.served->scores()).scores[0], 3.5F);
}

TEST(early_stopping, measures_every_few_steps_and_the_last) {
  const auto cases = one_case();
  early_stopping stopping(cases, {.every = 3});
  scripted_training training{{1, 1, 1, 1, 1, 1, 1}};
  EXPECT_EQ(training.run(stopping), 7U);
  EXPECT_EQ(training.snapshots, 3U);
  EXPECT_EQ(stopping.curve().back().step, 7U);
}

TEST(early_stopping, without_patience_never_ends) {
  const auto cases = one_case();
  early_stopping stopping(cases, {.patience = 0});
  scripted_training training{{1, 2, 3, 3, 3, 3, 3, 3}};
  EXPECT_EQ(training.run(stopping), 8U);
}

TEST(early_stopping, gives_back_what_was_reached_where_nothing_was_measured) {
  const auto cases = one_case();
  early_stopping stopping(cases, {});
  EXPECT_FALSE(stopping.best());
  EXPECT_EQ(stopping.best_or({.loss = {1, 2}}).loss.size(), 2U);
}

TEST(early_stopping, keeps_an_als_model_of_the_best_iteration) {
  training_data data;
  for (std::uint32_t user = 0; user < 40; ++user) {
    taste liked;
    for (std::uint32_t item = user % 2; item < 20; item += 2) {
      if ((user + item) % 5 != 0) liked.push_back({item_row{item}, 1});
    }
    data.strengths.add_row(liked);
  }
  data.strengths.widen(20);
  const auto split = split_for_validation(data, {});
  early_stopping stopping(split.cases, {.metric = {&ranking_metrics::hit_rate, 5}});
  const auto* family = find_trainer("als").value();
  const auto completed = family->complete({{"factors", 4.0}, {"iterations", 12.0}});
  auto trained = family->train(*split.rest, *completed, {.seed = 1, .progress = stopping.watch()});
  ASSERT_TRUE(trained);
  EXPECT_GT(stopping.best()->value, 0.5);
  EXPECT_EQ(stopping.best_or(std::move(*trained)).loss.size(), stopping.best()->step);
}

TEST(metric_name, reads_back_what_it_wrote) {
  for (const std::string name : {"hr@10", "recall@20", "ndcg@1", "mrr@20", "map@1000"}) {
    EXPECT_EQ(to_string(parse_metric(name).value()), name);
  }
  for (const std::string name : {"", "ndcg", "ndcg@", "ndcg@0", "ndcg@1001", "ndcg@x", "auc@10", "ndcg@10 "}) {
    EXPECT_FALSE(parse_metric(name)) << name;
  }
}

}  // namespace
}  // namespace freshet

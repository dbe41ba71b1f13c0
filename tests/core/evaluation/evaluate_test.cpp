#include "core/evaluation/evaluate.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/base/random.hpp"
#include "core/models/popularity/popularity.hpp"

namespace freshet {
namespace {

item_row row(std::uint32_t number) {
  return item_row{number};
}

/// User u has touched the items of `touched[u]`, once each.
std::shared_ptr<const training_data> data_of(const std::vector<std::vector<std::uint32_t>>& touched,
                                             std::size_t items) {
  training_data data;
  for (const auto& list : touched) {
    taste strengths;
    for (const auto item : list) strengths.push_back({row(item), 1});
    data.strengths.add_row(strengths);
  }
  data.strengths.widen(items);
  return std::make_shared<const training_data>(std::move(data));
}

// Order of this catalogue: 4 0 3 1 2.
const popularity_model five_items({8, 2, 1, 7, 9});

std::vector<std::uint32_t> rows_of(const std::vector<scored_row>& list) {
  std::vector<std::uint32_t> rows;
  for (const auto& each : list) rows.push_back(to_integer(each.row));
  return rows;
}

TEST(evaluate, ranks_all_items_but_those_told) {
  evaluation_cases cases{.told = told_by(data_of({{0, 1}, {4}}, 5))};
  cases.add({.user = user_row{0}}, {row(3)});
  cases.add({.user = user_row{1}}, {row(2), row(0)});
  const auto report = evaluate(five_items, cases, {.topk = {2, 4}});
  EXPECT_EQ(rows_of(report.lists[0]), (std::vector<std::uint32_t>{4, 3, 2}));
  EXPECT_EQ(rows_of(report.lists[1]), (std::vector<std::uint32_t>{0, 3, 1, 2}));
  EXPECT_DOUBLE_EQ(report.by_length[0].mean.recall, (1 + 0.5) / 2);
  EXPECT_DOUBLE_EQ(report.by_length[1].mean.recall, 1);
  EXPECT_DOUBLE_EQ(report.by_length[0].mean.mrr, (0.5 + 1) / 2);
}

TEST(evaluate, keeps_told_items_in_the_ranking_where_the_protocol_does) {
  evaluation_cases cases{.told = told_by(data_of({{4}}, 5)), .ranks_told = true};
  cases.add({}, {row(4)});
  EXPECT_EQ(evaluate(five_items, cases, {.topk = {1}}).by_length[0].mean.hit_rate, 1);
}

TEST(evaluate, ranks_nothing_but_the_candidates) {
  evaluation_cases cases{.told = told_by(data_of({{4}, {4}}, 5))};
  cases.add({.user = user_row{0}}, {row(1)});
  cases.candidates.add({row(2), row(1), row(2)});
  cases.add({.user = user_row{1}}, {row(1)});
  cases.candidates.add({row(4), row(1)});
  const auto report = evaluate(five_items, cases, {.topk = {5}});
  EXPECT_EQ(rows_of(report.lists[0]), (std::vector<std::uint32_t>{1, 2}));
  EXPECT_EQ(rows_of(report.lists[1]), (std::vector<std::uint32_t>{4, 1})) << "told items too, where the list says so";
}

TEST(evaluate, counts_an_item_that_the_model_does_not_know_as_a_miss) {
  evaluation_cases cases{.told = told_by(data_of({{0, 6}}, 7))};
  cases.add({}, {row(4), row(7)});
  const auto mean = evaluate(five_items, cases, {.topk = {5}}).by_length[0].mean;
  EXPECT_EQ(mean.hit_rate, 1);
  EXPECT_EQ(mean.recall, 0.5);
}

TEST(evaluate, compares_with_a_full_ideal_list_where_asked) {
  evaluation_cases cases{.told = told_by(data_of({{}}, 5))};
  cases.add({}, {row(4), row(2)});
  EXPECT_DOUBLE_EQ(evaluate(five_items, cases, {.topk = {1}}).by_length[0].mean.ndcg, 1);
  EXPECT_DOUBLE_EQ(evaluate(five_items, cases, {.topk = {1}, .ideal = ideal_gain::full}).by_length[0].mean.ndcg,
                   1 / (1 + 1 / std::log2(3.0)));
}

TEST(evaluate, breaks_ties_by_row) {
  evaluation_cases cases{.told = told_by(data_of({{}}, 3))};
  cases.add({}, {row(1)});
  EXPECT_EQ(rows_of(evaluate(popularity_model({1, 1, 1}), cases, {.topk = {3}}).lists[0]),
            (std::vector<std::uint32_t>{0, 1, 2}));
}

TEST(evaluate, lets_the_fallback_rank_for_those_of_whom_nothing_is_told) {
  evaluation_cases cases{.told = told_by(data_of({{4}, {}, {1}}, 5))};
  for (std::uint32_t user = 0; user < 3; ++user) cases.add({.user = user_row{user}}, {row(2)});
  const popularity_model likes_two({1, 1, 9, 1, 1});
  const auto report = evaluate(five_items, cases, {.topk = {1}, .fallback = &likes_two});
  EXPECT_EQ(rows_of(report.lists[0]), std::vector<std::uint32_t>{0});
  EXPECT_EQ(rows_of(report.lists[1]), std::vector<std::uint32_t>{2});
  EXPECT_EQ(rows_of(report.lists[2]), std::vector<std::uint32_t>{4});
}

TEST(evaluate, leaves_out_what_was_seen_but_not_told) {
  event_sequences sequences{.offsets = {0, 2}, .events = {{.item = row(4)}, {.item = row(0)}}};
  evaluation_cases cases{.told = told_by(std::make_shared<const event_sequences>(sequences))};
  cases.add({.events = 1, .seen = 2}, {row(3)});
  EXPECT_EQ(evaluate(five_items, cases, {.topk = {1}}).by_length[0].mean.hit_rate, 1);
}

/// Users and items of a small random world under other numbers.
struct renamed_world {
  evaluation_cases cases;
  std::vector<float> scores;
};

renamed_world rename_world(std::uint64_t seed, const std::vector<std::uint32_t>& users,
                           const std::vector<std::uint32_t>& items) {
  random_source random(seed);
  std::vector<std::vector<std::uint32_t>> touched(users.size());
  std::vector<std::vector<item_row>> relevant(users.size());
  for (std::size_t user = 0; user < users.size(); ++user) {
    for (std::size_t item = 0; item < items.size(); ++item) {
      const auto drawn = random.below(4);
      if (drawn == 0) touched[users[user]].push_back(items[item]);
      if (drawn == 1) relevant[users[user]].push_back(row(items[item]));
    }
    std::ranges::sort(touched[users[user]]);
  }
  renamed_world world{.cases = {.told = told_by(data_of(touched, items.size()))},
                      .scores = std::vector<float>(items.size())};
  for (std::uint32_t user = 0; user < users.size(); ++user) world.cases.add({.user = user_row{user}}, relevant[user]);
  for (std::size_t item = 0; item < items.size(); ++item) world.scores[items[item]] = static_cast<float>(item);
  return world;
}

TEST(evaluate, gives_the_same_for_users_and_items_under_other_numbers) {
  constexpr std::uint64_t seed = 77;
  SCOPED_TRACE(seed);
  std::vector<std::uint32_t> users(30), items(25);
  std::iota(users.begin(), users.end(), 0U);
  std::iota(items.begin(), items.end(), 0U);
  const auto as_they_are = rename_world(seed, users, items);
  std::ranges::reverse(users);
  std::ranges::rotate(items, items.begin() + 9);
  const auto renamed = rename_world(seed, users, items);
  const auto first = evaluate(popularity_model(as_they_are.scores), as_they_are.cases, {.topk = {5}});
  const auto second = evaluate(popularity_model(renamed.scores), renamed.cases, {.topk = {5}});
  const auto of_first = metrics_by_case(first, as_they_are.cases, 5);
  const auto of_second = metrics_by_case(second, renamed.cases, 5);
  for (std::size_t user = 0; user < users.size(); ++user) EXPECT_EQ(of_first[user], of_second[users[user]]) << user;
}

TEST(evaluate, of_no_cases_is_zero) {
  const auto report = evaluate(popularity_model({}), {}, {.topk = {10}});
  EXPECT_EQ(report.by_length[0].mean, ranking_metrics{});
}

TEST(evaluation_cases, are_left_out_with_their_lists) {
  evaluation_cases cases;
  for (std::uint32_t user = 0; user < 4; ++user) {
    cases.add({.user = user_row{user}}, {row(user), row(9)});
    cases.candidates.add({row(user)});
  }
  cases.keep_if([](const auto& each) { return to_integer(each.user) % 2 == 1; });
  ASSERT_EQ(cases.size(), 2U);
  EXPECT_EQ(cases.cases[1].user, user_row{3});
  EXPECT_EQ(cases.relevant.of(1)[0], row(3));
  EXPECT_EQ(cases.candidates.of(0)[0], row(1));
}

}  // namespace
}  // namespace freshet

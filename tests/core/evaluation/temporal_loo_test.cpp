#include "core/evaluation/temporal_loo.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "core/data/string_map.hpp"
#include "core/data/synthetic_shop.hpp"
#include "core/evaluation/evaluate.hpp"
#include "core/models/popularity/popularity.hpp"
#include "core/models/trainer.hpp"

namespace freshet {
namespace {

interaction of(std::uint32_t item, unix_seconds ts) {
  return {.item = item_index{item}, .value = std::nanf(""), .ts = ts};
}

row_of_item rows_as_numbered(std::uint32_t items) {
  row_of_item rows;
  for (std::uint32_t item = 0; item < items; ++item) rows.push_back(item_row{item});
  return rows;
}

struct leave_one_out_data {
  training_data rest;
  evaluation_cases cases;
};

void add_user(leave_one_out_data& data, const user_history& history, const row_of_item& rows,
              const strength_options& options) {
  hold_out_last(history, rows, options, data.rest, data.cases);
}

evaluation_cases cases_of(const leave_one_out_data& data) {
  auto cases = data.cases;
  cases.told = told_by(std::make_shared<const training_data>(data.rest));
  return cases;
}

/// Two users whose last items are 3 and 0, and one with a single item.
leave_one_out_data three_users() {
  leave_one_out_data data;
  const auto rows = rows_as_numbered(5);
  add_user(data, user_history{of(0, 1), of(1, 2), of(3, 3)}, rows, {});
  add_user(data, user_history{of(4, 9)}, rows, {});
  add_user(data, user_history{of(4, 1), of(0, 5)}, rows, {});
  data.rest.strengths.widen(5);
  return data;
}

TEST(temporal_loo, splits_every_user_with_two_items) {
  const auto data = three_users();
  EXPECT_EQ(data.rest.strengths.rows(), 3U);
  ASSERT_EQ(data.cases.size(), 2U);
  EXPECT_EQ(data.cases.relevant.of(0).front(), item_row{3});
  EXPECT_EQ(data.cases.cases[1].user, user_row{2});
  EXPECT_EQ(data.cases.cases[1].ts, 5);
}

TEST(temporal_loo, ranks_all_items_but_those_of_the_rest) {
  // Order of the catalogue: 4 0 3 1 2. User 0 has 0 and 1: the list is 4 3 2; user 2 has 4: the list is 0 3 1 2.
  const popularity_model served({8, 2, 1, 7, 9});
  const auto data = three_users();
  const auto report = evaluate(served, cases_of(data), {.topk = {1, 2}});
  EXPECT_DOUBLE_EQ(report.by_length[0].mean.hit_rate, 0.5);
  EXPECT_DOUBLE_EQ(report.by_length[1].mean.hit_rate, 1);
  EXPECT_DOUBLE_EQ(report.by_length[1].mean.ndcg, (1 + 1 / std::log2(3.0)) / 2);
  EXPECT_DOUBLE_EQ(report.by_length[1].mean.mrr, 0.75);
}

/// Histories of a synthetic shop, split.
leave_one_out_data shop_data(const shop_options& options) {
  string_map<std::uint32_t> users, items;
  std::vector<user_history> histories;
  synthetic_shop(options).for_each_event([&](const event& each) {
    const auto user = users.try_emplace(each.user_id, static_cast<std::uint32_t>(users.size())).first->second;
    const auto item = items.try_emplace(each.item_id, static_cast<std::uint32_t>(items.size())).first->second;
    if (user == histories.size()) histories.emplace_back();
    histories[user].push_back(of(item, each.ts));
    return true;
  });
  leave_one_out_data data;
  const auto rows = rows_as_numbered(static_cast<std::uint32_t>(items.size()));
  for (const auto& history : histories) add_user(data, history, rows, {});
  data.rest.strengths.widen(items.size());
  return data;
}

evaluation_report train_and_evaluate(const char* name, const parameters& given, const leave_one_out_data& data,
                                     std::uint32_t threads = 0) {
  const auto* family = find_trainer(name).value();
  const auto completed = family->complete(given);
  const auto trained = family->train(data.rest, *completed, {.seed = 1});
  return evaluate(*trained->served, cases_of(data), {.topk = {10}, .threads = threads});
}

TEST(temporal_loo, finds_that_als_knows_the_synthetic_shop_better_than_popularity) {
  const auto data = shop_data({.users = 400, .items = 300, .events = 20'000, .seed = 5});
  const auto als = train_and_evaluate("als", {{"factors", 16.0}, {"regularization", 1.0}}, data);
  const auto popularity = train_and_evaluate("popularity", {}, data);
  EXPECT_GT(als.by_length[0].mean.ndcg, 1.5 * popularity.by_length[0].mean.ndcg);
}

TEST(temporal_loo, reports_the_same_on_any_number_of_threads) {
  const auto data = shop_data({.users = 300, .items = 100, .events = 5'000, .seed = 6});
  EXPECT_EQ(train_and_evaluate("als", {{"factors", 8.0}}, data, 1).lists,
            train_and_evaluate("als", {{"factors", 8.0}}, data, 3).lists);
}

}  // namespace
}  // namespace freshet

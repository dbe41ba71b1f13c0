#include "core/evaluation/replay.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace freshet {
namespace {

interaction of(std::uint32_t item, unix_seconds ts, std::int32_t qty = 1) {
  return {.item = item_index{item}, .qty = qty, .value = std::nanf(""), .ts = ts};
}

/// Recommends the items behind the last one: 3, 4, 5, ... after 2; scores lie on a line.
class successor_model final : public model {
 public:
  explicit successor_model(std::size_t items) : factors_(items, items) {
    for (std::size_t last = 0; last < items; ++last) {
      for (std::size_t item = 0; item < items; ++item)
        factors_.row(item)[last] = item > last ? static_cast<float>(items - item) : 0;
    }
  }
  std::string_view type() const override { return "successor"; }
  std::size_t items() const override { return factors_.rows(); }
  std::size_t factors() const override { return factors_.columns(); }
  item_scores scores() const override { return dense_scores{.factors = factors_.view()}; }
  query fold_in(const user_interactions& user) const override {
    dense_query last{std::vector<float>(factors())};
    if (!user.sequence.empty()) last.factors[to_integer(user.sequence.back().item)] = 1;
    return last;
  }
  query similar_to(item_row) const override { return dense_query{std::vector<float>(factors())}; }

 private:
  matrix<float> factors_;
};

struct replayed {
  training_data rest;
  replay_cases cases;
};

replayed replay(const std::vector<user_history>& histories, unix_seconds split, std::uint32_t items) {
  replayed made;
  replayed_users users;
  for (std::uint32_t item = 0; item < items; ++item) users.rows.push_back(item_row{item});
  for (const auto& history : histories) add_replayed_user(split, history, made.rest, users);
  made.cases = to_cases(std::make_shared<const replayed_users>(std::move(users)));
  return made;
}

TEST(replay, asks_for_each_event_in_time_order_before_it_is_seen) {
  const auto made = replay({{of(0, 1), of(1, 10), of(0, 12), of(2, 14), of(3, 15, -1)}, {of(4, 11), of(5, 13)}}, 10, 6);
  const auto& fresh = made.cases.fresh;
  ASSERT_EQ(fresh.size(), 4U) << "neither the known item 0 nor the return of 3";
  EXPECT_EQ(made.rest.strengths.entries(), 1U);
  std::vector<unix_seconds> times;
  for (const auto& each : fresh.cases) times.push_back(each.ts);
  EXPECT_EQ(times, (std::vector<unix_seconds>{10, 11, 13, 14}));
  EXPECT_EQ(made.cases.new_events, (std::vector<std::uint32_t>{0, 0, 1, 2}));
  EXPECT_EQ(fresh.told(user_row{0}, fresh.cases[3].events).sequence.size(), 3U);
  EXPECT_EQ(made.cases.stale.told(user_row{0}, made.cases.stale.cases[3].events).sequence.size(), 1U);
}

TEST(replay, says_what_freshness_is_worth) {
  // The user goes on from 0 item by item. Told everything, the next item is always the first; told item 0 alone, it is
  // the first too, for what was touched is not ranked either way. The jump to 6 tells them apart.
  const auto made = replay({{of(0, 1), of(1, 10), of(6, 11), of(7, 12)}}, 10, 9);
  const successor_model served(9);
  const auto fresh = evaluate(served, made.cases.fresh, {.topk = {9}});
  const auto stale = evaluate(served, made.cases.stale, {.topk = {9}});
  const metric_name mrr{&ranking_metrics::mrr, 9};
  const auto curves = curves_of(made.cases.fresh, made.cases.new_events, fresh, stale, mrr);
  ASSERT_EQ(curves.by_time.size(), 3U);
  // First 1 after 0: rank 1 both ways. Then 6 after 1, of 2 .. 8: rank 5. Then 7 after 6: rank 1; after 0, of 2 3 4 5 7
  // 8: rank 5.
  EXPECT_DOUBLE_EQ(curves.by_time[0].fresh, 1);
  EXPECT_DOUBLE_EQ(curves.by_time[0].stale, 1);
  EXPECT_DOUBLE_EQ(curves.by_time[1].fresh, 1.0 / 5);
  EXPECT_DOUBLE_EQ(curves.by_time[1].stale, 1.0 / 5);
  EXPECT_DOUBLE_EQ(curves.by_time[2].fresh, 1);
  EXPECT_DOUBLE_EQ(curves.by_time[2].stale, 1.0 / 5);
  EXPECT_DOUBLE_EQ(fresh.by_length[0].mean.mrr - stale.by_length[0].mean.mrr, (1 - 1.0 / 5) / 3);
  ASSERT_EQ(curves.by_new_events.size(), 3U);
  EXPECT_EQ(curves.by_new_events[2].at, 2);
  EXPECT_DOUBLE_EQ(curves.by_new_events[2].fresh, 1);
}

TEST(replay, of_many_events_has_fifty_points) {
  user_history history{of(0, 1)};
  for (std::uint32_t item = 1; item < 130; ++item) history.push_back(of(item, 10 + item));
  const auto made = replay({history}, 10, 130);
  const successor_model served(130);
  const auto report = evaluate(served, made.cases.fresh, {.topk = {5}});
  const auto curves = curves_of(made.cases.fresh, made.cases.new_events, report, report, {});
  EXPECT_EQ(curves.by_time.size(), 50U);
  std::size_t cases = 0;
  for (const auto& each : curves.by_time) cases += each.cases;
  EXPECT_EQ(cases, 129U);
}

}  // namespace
}  // namespace freshet

// What:    the protocol `temporal-global` as a stream: what happened after the split is fed event by event, and each is
//          predicted before it is seen. Asked twice, with the user's events folded in up to the moment and with those
//          of before the split alone, it says what freshness is worth.
// Source:  prequential evaluation, Gama, Sebastiao, Rodrigues 2013.
// Rule:    an event is a case when it is no return and the user turned to the item for the first time. Both times the
//          same items are ranked: all but those that the user has touched up to the moment; so the lists differ by what
//          the model was told and by nothing else. The model itself is not trained on anything after the split.
// Order:   cases by (time, user, place in the history).
// Memory:  the histories of users with events after the split.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "core/data/training_data.hpp"
#include "core/evaluation/cases.hpp"
#include "core/evaluation/evaluate.hpp"
#include "core/evaluation/metric_name.hpp"

namespace freshet {

/// Histories by user, and how they are read.
struct replayed_users {
  row_of_item rows;
  strength_options options;
  /// Empty where nothing happened after the split.
  std::vector<user_history> histories;
  /// Events before the split, by user.
  std::vector<std::uint32_t> before;
};

/// Appends one user: what happened before `split_time` to `rest`, and what is to be replayed. Every item has a row.
void add_replayed_user(unix_seconds split_time, std::span<const interaction> history, training_data& rest,
                       replayed_users& users);

struct replay_cases {
  /// Told: everything before the event.
  evaluation_cases fresh;
  /// Told: everything before the split.
  evaluation_cases stale;
  /// By case: events of the user between the split and the event.
  std::vector<std::uint32_t> new_events;
};

[[nodiscard]] replay_cases to_cases(std::shared_ptr<const replayed_users> users);

/// Mean of a metric over some cases, both ways.
struct replay_point {
  /// Time of the last of the cases, or the least number of new events of each.
  std::int64_t at{};
  std::size_t cases{};
  double fresh{};
  double stale{};
};

struct replay_curves {
  /// At most 50 points of as many cases each, in time order.
  std::vector<replay_point> by_time;
  /// 0, 1, 2..3, 4..7, ... events after the split.
  std::vector<replay_point> by_new_events;
};

/// Of the reports on both kinds of cases, of which `cases` is either; the metric's length is one of the reports'.
[[nodiscard]] replay_curves curves_of(const evaluation_cases& cases, std::span<const std::uint32_t> new_events,
                                      const evaluation_report& fresh, const evaluation_report& stale,
                                      const metric_name& metric);

}  // namespace freshet

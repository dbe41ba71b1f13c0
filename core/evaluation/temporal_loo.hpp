// What:    the protocol `temporal-loo`: each user's last item is held out (core/data/split.hpp), the model folds the
//          rest of the history in and ranks all items minus the rest's.
// Why:     fold-in, not the trained user factors: it is what the service does for every user.
// Same:    the same model and data give the same report, whatever the number of threads. Ties go to the lower row.
// Cost:    one exact scan of the catalogue a user, 64 users at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/data/split.hpp"
#include "core/data/training_data.hpp"
#include "core/evaluation/metrics.hpp"
#include "core/models/model.hpp"

namespace freshet {

struct held_out_case {
  /// Row in the training data.
  user_row user{};
  /// Nothing when the model has no row for the item: a miss.
  std::optional<item_row> item;
  unix_seconds ts{};
};

struct leave_one_out_data {
  training_data rest;
  std::vector<held_out_case> cases;
};

/// Appends one user: the rest of the history to `rest`, and a case if there is one.
void add_user(leave_one_out_data& data, std::span<const interaction> history, const row_of_item& rows,
              const strength_options& options);

struct evaluation_options {
  /// Lengths of list, at least one, each > 0.
  std::vector<std::size_t> topk{10, 20};
  /// 0 = as many as the machine has.
  std::uint32_t threads = 0;
};

struct metrics_of_length {
  std::size_t k{};
  ranking_metrics mean;
  /// Share of the catalogue that is in anybody's list.
  double coverage{};
};

struct evaluation_report {
  /// One for each of `topk`, in its order.
  std::vector<metrics_of_length> by_length;
  /// Rank of each case's item, from 1; 0 = not within the longest list. All metrics of a single held-out item follow
  /// from it, so resampling needs no second run.
  std::vector<std::uint32_t> ranks;
};

/// `rest` has the model's rows.
[[nodiscard]] evaluation_report evaluate_temporal_loo(const model& evaluated, const training_data& rest,
                                                      std::span<const held_out_case> cases,
                                                      const evaluation_options& options);

}  // namespace freshet

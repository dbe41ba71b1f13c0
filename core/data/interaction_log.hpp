// What:     interactions of many users in the order of a file, and the training data they make.
// Why:      published splits come as rows of (user, item) without times: there the order of the rows is the order of
//           the events.
// Order:    a user's events stand by time where the rows have one, rows of the same time in the order of the log.
// Strength: the sum over a pair's rows.
// Sessions: end where the session changes, or, between rows of which one has none, after a gap of more than 30
//           minutes.
#pragma once

#include <cstdint>
#include <vector>

#include "core/data/training_data.hpp"

namespace freshet {

struct logged_interaction {
  user_row user{};
  item_row item{};
  /// Finite and > 0.
  float strength = 1;
  unix_seconds ts{};
  /// Hash of the session; 0 = none.
  std::uint64_t session{};
};

struct log_size {
  std::size_t users{};
  std::size_t items{};
};

/// Users without a row have an empty history. Cost: one stable sort.
[[nodiscard]] training_data to_training_data(std::vector<logged_interaction> log, const log_size& size);

}  // namespace freshet

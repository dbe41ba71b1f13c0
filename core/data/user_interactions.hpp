// What:   what a model is told of one user: how strongly the user is drawn to which items, and in what order they came.
// Why:    factorizations need the strengths only, sequence models the order and the sessions; one value serves both.
// Rows:   those of the model; items that it does not know are left out.
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/strong_id.hpp"
#include "core/data/history.hpp"

namespace freshet {

/// Strength per row; ascending by row, strengths > 0.
using taste = std::vector<weighted<item_row>>;

struct dated_item {
  item_row item{};
  unix_seconds ts{};
  /// Number of the session within the user: from 0, rising by 1 where a new session begins.
  std::uint32_t session{};

  friend bool operator==(const dated_item&, const dated_item&) = default;
};

struct user_interactions {
  taste strengths;
  /// Oldest first; empty where the order is not known. Returns are not in it.
  std::vector<dated_item> sequence;
};

}  // namespace freshet

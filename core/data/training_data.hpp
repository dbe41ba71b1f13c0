// What:   what a trainer learns from: every user's strengths, and the events behind them in time order.
// Why:    factorizations need the sums only; sequence models and decayed counts need the events.
// Shapes: strengths [users x items]; sequences: user u's events are events[offsets[u]..offsets[u + 1]).
// Order:  a user's events stand in canonical order (history.hpp).
// Limits: returns (qty < 1) lower strengths but are no events of a sequence: nobody returns to an item by returning it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/base/clock.hpp"
#include "core/data/history.hpp"
#include "core/data/interaction_matrix.hpp"

namespace freshet {

struct dated_item {
  item_row item{};
  unix_seconds ts{};

  friend bool operator==(const dated_item&, const dated_item&) = default;
};

struct event_sequences {
  std::vector<std::uint64_t> offsets{0};
  std::vector<dated_item> events;

  std::size_t users() const { return offsets.size() - 1; }
  std::span<const dated_item> of(user_row user) const {
    const auto first = offsets[to_integer(user)];
    return {events.data() + first, offsets[to_integer(user) + 1] - first};
  }
};

struct training_data {
  interaction_matrix strengths;
  event_sequences sequences;
  /// Newest event in it.
  std::optional<unix_seconds> trained_until;
};

/// Number of an item in the store -> row of the model; nothing where the model has no row for it.
using row_of_item = std::vector<std::optional<item_row>>;

/// Strengths are cut here: beyond it every model is sure.
inline constexpr float strength_max = 1e9F;

/// Strengths by item as a taste over rows, ascending by row; items without a row are left out.
[[nodiscard]] std::vector<weighted<item_row>> to_taste(std::span<const weighted<item_index>> strengths,
                                                       const row_of_item& rows);

/// Appends one user: everything of `history` whose item has a row.
void add_user(training_data& data, std::span<const interaction> history, const row_of_item& rows,
              const strength_options& options);

}  // namespace freshet

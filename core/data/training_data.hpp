// What:   what a trainer learns from: every user's strengths, and the events behind them in time order.
// Why:    factorizations need the sums only; sequence models and decayed counts need the events.
// Shapes: strengths [users x items]; sequences: user u's events are events[offsets[u]..offsets[u + 1]).
// Order:  a user's events stand in canonical order (history.hpp).
// Limits: returns (qty < 1) lower strengths but are no events of a sequence: nobody returns to an item by returning it.
// Sessions: a session ends where the session id changes, or, between events of which one has none, after a gap of more
//         than 30 minutes.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/base/clock.hpp"
#include "core/data/history.hpp"
#include "core/data/interaction_matrix.hpp"
#include "core/data/item_features.hpp"
#include "core/data/user_interactions.hpp"

namespace freshet {

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
  /// Null where there are none, or where they are not wanted.
  std::shared_ptr<const item_features> features;
  std::shared_ptr<const item_embeddings> embeddings;
};

/// What a model is told of a user of the training data.
[[nodiscard]] user_interactions interactions_of(const training_data& data, user_row user);

/// Number of an item in the store -> row of the model; nothing where the model has no row for it.
using row_of_item = std::vector<std::optional<item_row>>;

/// Strengths are cut here: beyond it every model is sure.
inline constexpr float strength_max = 1e9F;

/// Strengths by item as a taste over rows, ascending by row; items without a row are left out.
[[nodiscard]] taste to_taste(std::span<const weighted<item_index>> strengths, const row_of_item& rows);

inline constexpr unix_seconds session_gap_seconds = 30 * 60;

/// The events of a history in canonical order that have a row and are no returns, numbered by session.
[[nodiscard]] std::vector<dated_item> to_sequence(std::span<const interaction> history, const row_of_item& rows);

/// Appends one user: everything of `history` whose item has a row.
void add_user(training_data& data, std::span<const interaction> history, const row_of_item& rows,
              const strength_options& options);

}  // namespace freshet

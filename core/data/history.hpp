// What:  what one user did, in canonical order, and what it says about the user's taste.
// Why:   a user's vector is a pure function of (model, history): any order of arrival and any duplication must
//        give the same bytes, so every reader of a history sees it in this one order.
// Order: (ts, item id, event key). Sums below 0 count as 0. Decay counts from the user's newest event, never from
//        the clock.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/strong_id.hpp"

namespace freshet {

/// Number of an event type in the store's dictionary; 0 is "no type".
enum class event_type_index : std::uint16_t {};

/// One event of a user as the store keeps it.
struct interaction {
  item_index item{};
  event_type_index type{};
  std::int32_t qty = 1;
  /// NaN when the event carried none.
  float value{};
  unix_seconds ts{};
  /// Identity within the user: hash of the event id.
  std::uint64_t key{};
  /// Hash of the session id; 0 when the event carried none.
  std::uint64_t session{};
};

/// Interactions of one user in canonical order.
using user_history = std::vector<interaction>;

/// How strongly one user is drawn to one item; > 0.
template <class Item>
struct weighted {
  Item item{};
  float strength{};

  friend bool operator==(const weighted&, const weighted&) = default;
};

struct strength_options {
  /// Weight by event type number; types beyond the end weigh 1.
  std::vector<float> weight_of_type;
  /// Event types whose `value` is a rating: it takes the place of qty.
  std::vector<bool> is_rating;
  /// 0 = no decay.
  double half_life_days = 0;
};

/// Strength per item = sum over its events of weight(type) x qty (rating: value), decayed by age against the newest
/// event. Items whose sum is not above 0 are left out.
/// Shapes: one entry per distinct item, ascending by item. Cost: O(n log n).
[[nodiscard]] std::vector<weighted<item_index>> strengths(std::span<const interaction> history,
                                                          const strength_options& options);

}  // namespace freshet

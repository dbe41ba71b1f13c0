// What:   temporal leave-one-out: what a user did last is taken away, and a model must name it from the rest.
// Rule:   the held-out item is that of the user's last event in canonical order that is no return (qty >= 1). All of
//         the user's events with that item leave with it: pairs of user and item are what is predicted, as in the
//         published splits, where each pair occurs once. So the held-out item is never among the rest, and "all items
//         minus the rest's" ranks it without an exception. Leaving earlier events of the item in would reward a model
//         for naming what it was told, which the service never recommends.
// Limits: a user with a single item has nothing left to predict from: held_out is empty and everything stays.
#pragma once

#include <optional>
#include <span>

#include "core/data/history.hpp"

namespace freshet {

struct held_out_event {
  item_index item{};
  unix_seconds ts{};

  friend bool operator==(const held_out_event&, const held_out_event&) = default;
};

struct leave_one_out {
  user_history rest;
  std::optional<held_out_event> held_out;
};

/// `history` in canonical order.
[[nodiscard]] leave_one_out hold_out_last(std::span<const interaction> history);

}  // namespace freshet

// What:    cases of the protocol `ratio`: of each user a random share of the items is held out (LightGCN, BARS). A
//          model that is told the others ranks all items minus those.
// Rule:    an item leaves with all its events; at least one leaves and at least one stays, so users of one item make no
//          case. What is drawn depends on the seed and the user alone.
#pragma once

#include <cstdint>
#include <span>

#include "core/data/training_data.hpp"
#include "core/evaluation/cases.hpp"

namespace freshet {

struct ratio_options {
  /// Share of a user's items, rounded to whole items.
  double share = 0.2;
  /// Of this user.
  std::uint64_t seed{};
};

/// Appends one user: the rest of the history to `rest`, and a case if there is one. Every item has a row.
void hold_out_share(const ratio_options& drawn, std::span<const interaction> history, const row_of_item& rows,
                    const strength_options& options, training_data& rest, evaluation_cases& cases);

}  // namespace freshet

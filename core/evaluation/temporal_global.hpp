// What:    cases of the protocol `temporal-global`: everything from a moment on is held out, for all users at once. A
//          model that is told what a user did before ranks all items minus those, and what the user turned to
//          afterwards is relevant.
// Why:     nothing of the future reaches the training: not of the user, and not of the others either.
// Rule:    returns are never relevant, nor is an item that was told already: it is not in the ranking. Users of whom
//          nothing is told, or who turned to nothing new, make no case.
#pragma once

#include <span>
#include <vector>

#include "core/data/training_data.hpp"
#include "core/evaluation/cases.hpp"

namespace freshet {

/// Appends one user: what happened before `split_time` to `rest`, and a case if there is one. Every item has a row.
void hold_out_after(unix_seconds split_time, std::span<const interaction> history, const row_of_item& rows,
                    const strength_options& options, training_data& rest, evaluation_cases& cases);

/// The moment from which on about `share` of the events happened. `times` is not empty and is reordered.
[[nodiscard]] unix_seconds split_time_of(std::vector<unix_seconds>& times, double share);

/// How many events of the history happened before.
[[nodiscard]] std::size_t events_before(unix_seconds split_time, std::span<const interaction> history);

}  // namespace freshet

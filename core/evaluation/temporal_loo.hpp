// What:    cases of the protocol `temporal-loo`: each user's last item is held out (core/data/split.hpp), and a model
//          that is told the rest ranks all items minus the rest's.
#pragma once

#include <memory>
#include <span>

#include "core/data/split.hpp"
#include "core/data/training_data.hpp"
#include "core/evaluation/cases.hpp"

namespace freshet {

/// Appends one user: the rest of the history to `rest`, and a case if there is one. Every item has a row.
void hold_out_last(std::span<const interaction> history, const row_of_item& rows, const strength_options& options,
                   training_data& rest, evaluation_cases& cases);

}  // namespace freshet

// What:   the rows that ease learns from: one for each user, and one for each cut of a user's events.
// Shapes: inputs and targets [rows x items]; the weights solve targets ~ inputs B. Scaled, so that their squares count
//         1 - sequence_share and sequence_share.
// Limits: what is further than distance_max(decay) events from a cut weighs less than 1/1000 and is left out.
// Cost:   rows of the cuts hold at most 2 x distance_max entries, so all grow linearly with the events.
#pragma once

#include "core/models/ease/ease.hpp"

namespace freshet {

struct ease_rows {
  interaction_matrix inputs;
  interaction_matrix targets;
};

[[nodiscard]] ease_rows rows_of_cuts(const training_data& data, const ease_options& options);

/// X with the entries of the options.
[[nodiscard]] interaction_matrix entries_of(const interaction_matrix& strengths, ease_entries entries);

[[nodiscard]] std::size_t distance_max(double decay);

}  // namespace freshet

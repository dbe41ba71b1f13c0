#include "core/evaluation/temporal_loo.hpp"

namespace freshet {

void hold_out_last(std::span<const interaction> history, const row_of_item& rows, const strength_options& options,
                   training_data& rest, evaluation_cases& cases) {
  const auto split = hold_out_last(history);
  const user_row user{static_cast<std::uint32_t>(rest.strengths.rows())};
  add_user(rest, split.rest, rows, options);
  if (!split.held_out) return;
  cases.add({.user = user, .ts = split.held_out->ts}, {rows.at(to_integer(split.held_out->item)).value()});
}

}  // namespace freshet

// What:    the part of the supervisor that tries candidates (model_trial.hpp) and watches over new models.
// Trial:   the candidate is loaded beside the model in service; who asks it is decided request by request. It ends by
//          promotion, which is an ordinary swap to what is loaded already, or is dropped.
// Guard:   for live_guard.window_seconds after a swap the answers of the new model are watched; out of bounds, the
//          registry goes back to the model before, and so does the service.
#pragma once

#include "actors/model_swaps.hpp"

namespace freshet {

caf::result<trial_outcome_ptr> trial_on_request(supervisor_pointer self, const trial_order_ptr& order);
/// Tells those whom it concerns which candidate is tried, those who were restarted too.
void announce_trial(supervisor_pointer self);

/// After a swap from `previous`: ends the trial of what serves now, and begins to watch it.
void watch_new_model(supervisor_pointer self, const std::string& previous);
/// Judges the trial and the new model by their figures.
void judge_models(supervisor_pointer self);

}  // namespace freshet

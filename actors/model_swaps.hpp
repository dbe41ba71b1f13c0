// What:    the part of the supervisor that brings models into service: its functions by message.
// Swap:    the model loader builds a generation off the serving path, then every actor is told to use it. A request
//          holds one generation from start to end, so nothing needs to be stopped or waited for (promises Q1, S1).
//          A refused model changes nothing (promise S2).
// Why:     a file of its own: the supervisor proper keeps actors alive.
#pragma once

#include "actors/supervisor.hpp"

namespace freshet {

using supervisor_pointer = supervisor_actor::stateful_pointer<supervisor_state>;

/// Looks at the artifacts and the catalogue from now on.
void begin_swaps(supervisor_pointer self);
/// Tells everybody which model is in service, those who were restarted too.
void announce_model(supervisor_pointer self);

caf::result<reload_outcome_ptr> reload_on_request(supervisor_pointer self);
caf::result<reload_outcome_ptr> activate_on_request(supervisor_pointer self, const activation_order_ptr& order);
/// Makes the registry name another model and swaps to it; an empty id = the one before.
void activate(supervisor_pointer self, activation_order order, model_swaps::listener done);
/// Each does what is due and sends itself the next message.
void look_for_another_model(supervisor_pointer self);
void look_for_new_items(supervisor_pointer self);

}  // namespace freshet

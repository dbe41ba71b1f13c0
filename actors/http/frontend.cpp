#include "actors/http/frontend.hpp"

#include <utility>

#include "actors/http/routes.hpp"

namespace freshet {
namespace {

using namespace std::chrono_literals;

/// How often late requests are looked for.
constexpr auto expiry_interval = 100ms;

}  // namespace

frontend_actor::behavior_type make_frontend(frontend_pointer self, frontend_context context) {
  self->state.context = std::move(context);
  self->state.routes = bind_routes(self);
  self->send(self, tick_atom::value);
  return {
      [self](const http::exchange_ptr& call) {
        // Before the wiring nobody could answer: the request dies here, which answers it.
        if (self->state.others) self->state.routes.dispatch(call);
      },
      [self](const options_ptr& changed) { self->state.context.settings = *changed; },
      [self](generation_ptr& model) { self->state.model = std::move(model); },
      [self](trial_ptr& trial) { self->state.trial = std::move(trial); },
      [self](tick_atom) {
        self->state.context.gate->expire(std::chrono::steady_clock::now());
        self->delayed_send(self, expiry_interval, tick_atom::value);
      },
      [self](wiring_ptr& others) { self->state.others = std::move(others); },
  };
}

}  // namespace freshet

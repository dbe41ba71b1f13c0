// Handlers of the routes about models.
#include "actors/routes.hpp"
#include "actors/service_summary.hpp"
#include "io/http/problem.hpp"

namespace freshet {

void reload_model(frontend_pointer self, http::exchange_ptr call, const http::path_parameters&) {
  self->request(self->state.context.supervisor, caf::infinite, reload_atom::value)
      .then(
          [call](const reload_outcome_ptr& outcome) {
            if (outcome->what == reload_outcome::kind::refused) {
              return call->answer(http::problem(500, outcome->reason, call->in()));
            }
            call->answer(http::render_reload(outcome->previous_model_id, outcome->new_model_id,
                                             outcome->what == reload_outcome::kind::reloaded));
          },
          [call](const caf::error&) {
            call->answer(http::problem(503, "The supervisor does not answer; try again", call->in()));
          });
}

void show_model_info(frontend_pointer self, http::exchange_ptr call, const http::path_parameters&) {
  call->answer(http::render_model_info(summarize(self->state), call->in()));
}

}  // namespace freshet

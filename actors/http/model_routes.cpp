// Handlers of the routes about models.
#include "actors/http/routes.hpp"
#include "actors/http/service_summary.hpp"
#include "io/http/control_api.hpp"
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

namespace {

/// 0 for what is no problem.
unsigned problem_of(reload_outcome::kind what) {
  switch (what) {
    case reload_outcome::kind::refused:
      return 500;
    case reload_outcome::kind::not_found:
      return 404;
    case reload_outcome::kind::conflict:
      return 409;
    default:
      return 0;
  }
}

void activate(frontend_pointer self, http::exchange_ptr call, std::string model_id) {
  const bool rolls_back = model_id.empty();
  // In the registry's audit log.
  const std::string by = std::string(rolls_back ? "rollback" : "activation") + " by HTTP from " + call->in().peer;
  self->request(self->state.context.supervisor, caf::infinite,
                activation_order_ptr(std::make_shared<activation_order>(activation_order{std::move(model_id), by})))
      .then(
          [call, rolls_back](const reload_outcome_ptr& outcome) {
            if (const auto status = problem_of(outcome->what); status != 0) {
              return call->answer(http::problem(status, outcome->reason, call->in()));
            }
            const bool reloaded = outcome->what == reload_outcome::kind::reloaded;
            const char* const done = rolls_back ? "rolled_back" : "activated";
            call->answer(http::render_model_change({.status = reloaded ? done : "no_update",
                                                    .previous_model_id = outcome->previous_model_id,
                                                    .new_model_id = outcome->new_model_id,
                                                    .reloaded = reloaded}));
          },
          [call](const caf::error&) {
            call->answer(http::problem(503, "The supervisor does not answer; try again", call->in()));
          });
}

}  // namespace

void list_models(frontend_pointer self, http::exchange_ptr call, const http::path_parameters&) {
  self->send(self->state.others->librarian, std::move(call));
}

void activate_model(frontend_pointer self, http::exchange_ptr call, const http::path_parameters& path) {
  activate(self, std::move(call), path.front());
}

void roll_back_model(frontend_pointer self, http::exchange_ptr call, const http::path_parameters&) {
  activate(self, std::move(call), "");
}

void show_model_info(frontend_pointer self, http::exchange_ptr call, const http::path_parameters&) {
  call->answer(http::render_model_info(summarize(self->state), call->in()));
}

}  // namespace freshet

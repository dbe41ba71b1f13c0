// Handlers of the routes about candidates on trial.
#include "actors/http/rollout_summary.hpp"
#include "actors/http/routes.hpp"
#include "io/http/problem.hpp"

namespace freshet {
namespace {

void order(frontend_pointer self, const http::exchange_ptr& call, trial_order wanted) {
  wanted.by = "by HTTP from " + call->in().peer;
  self->request(self->state.context.supervisor, caf::infinite,
                trial_order_ptr(std::make_shared<const trial_order>(std::move(wanted))))
      .then(
          [call](const trial_outcome_ptr& outcome) {
            if (*outcome) return call->answer(http::render_trial_change((*outcome)->done, (*outcome)->model_id));
            const auto& why = outcome->failure();
            call->answer(http::problem(why.code == error_code::not_found ? 404 : 409, why.message, call->in()));
          },
          [call](const caf::error&) {
            call->answer(http::problem(503, "The supervisor does not answer; try again", call->in()));
          });
}

void begin(frontend_pointer self, http::exchange_ptr call, const http::path_parameters& path, rollout_stage stage) {
  auto parsed = http::parse_trial(call->in());
  if (auto* problem = std::get_if<http::response>(&parsed)) return call->answer(std::move(*problem));
  order(self, call,
        {.what = trial_order::kind::begin,
         .model_id = path.front(),
         .stage = stage,
         .share = std::get<http::trial_request>(parsed).share});
}

}  // namespace

void begin_shadow(frontend_pointer self, http::exchange_ptr call, const http::path_parameters& path) {
  begin(self, std::move(call), path, rollout_stage::shadow);
}

void begin_canary(frontend_pointer self, http::exchange_ptr call, const http::path_parameters& path) {
  begin(self, std::move(call), path, rollout_stage::canary);
}

void promote_trial(frontend_pointer self, http::exchange_ptr call, const http::path_parameters&) {
  order(self, call, {.what = trial_order::kind::promote});
}

void abort_trial(frontend_pointer self, http::exchange_ptr call, const http::path_parameters&) {
  order(self, call, {.what = trial_order::kind::abort});
}

void show_rollout(frontend_pointer self, http::exchange_ptr call, const http::path_parameters&) {
  const auto& state = self->state;
  call->answer(http::render_rollout(summarize_rollout(state.model.get(), state.trial.get(), *state.context.quality)));
}

}  // namespace freshet

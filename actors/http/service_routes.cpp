// Handlers of the routes on which the service tells of itself.
#include <utility>
#include <vector>

#include "actors/http/cache_summary.hpp"
#include "actors/http/rollout_summary.hpp"
#include "actors/http/routes.hpp"
#include "actors/http/service_summary.hpp"

namespace freshet {

void show_health(frontend_pointer self, http::exchange_ptr call, const http::path_parameters&) {
  call->answer(http::render_health(summarize(self->state), call->in()));
}

void show_metrics(frontend_pointer self, http::exchange_ptr call, const http::path_parameters&) {
  const auto& state = self->state;
  const auto& measured = *state.context.measured;
  if (http::wants_prometheus(call->in())) {
    return call->answer(
        {.status = 200,
         .content_type = std::string(metrics::prometheus_content_type),
         .body = measured.prometheus(model_series_of(state.model.get(), state.trial.get(), *state.context.quality)),
         .headers = {}});
  }
  const auto sums = measured.sums();
  call->answer(
      http::render_metrics(summarize(self->state), {.requests = sums.requests,
                                                    .recommendations = sums.recommendations,
                                                    .errors = sums.errors,
                                                    .cache_hit_ratio = summarize_caches(self->state).hit_ratio()}));
}

void show_liveness(frontend_pointer, http::exchange_ptr call, const http::path_parameters&) {
  call->answer(http::render_liveness());
}

void show_readiness(frontend_pointer self, http::exchange_ptr call, const http::path_parameters&) {
  const auto& ready = *self->state.context.ready;
  std::vector<http::readiness_check> checks;
  for (auto& each : ready.checks()) checks.push_back({std::move(each.name), each.ok, std::move(each.message)});
  if (ready.draining()) checks.push_back({"draining", false, "the service is stopping"});
  call->answer(http::render_readiness(ready.ready(), checks, call->in()));
}

}  // namespace freshet

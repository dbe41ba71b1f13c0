#include "actors/frontend.hpp"

#include <array>
#include <utility>

#include "actors/updater.hpp"
#include "io/http/ingestion_api.hpp"
#include "io/http/problem.hpp"
#include "io/http/recommendation_api.hpp"

namespace freshet {
namespace {

using namespace std::chrono_literals;
using frontend_pointer = frontend_actor::stateful_pointer<frontend_state>;
using http::method;

/// How often late requests are looked for.
constexpr auto expiry_interval = 100ms;

/// Hands a parsed query on to the recommender, or answers the problem that parsing found.
template <class Query>
void ask_recommender(frontend_pointer self, http::exchange_ptr call, http::parsed<Query> parsed) {
  if (auto* problem = std::get_if<http::response>(&parsed)) return call->answer(std::move(*problem));
  auto task = std::make_shared<recommend_task>(std::move(call), std::get<Query>(std::move(parsed)));
  self->send(self->state.others->recommender, std::move(task));
}

http::service_summary summarize(const frontend_state& state) {
  const auto& [settings, measured, ready, time, gate, supervisor] = state.context;
  http::service_summary summary{.model = std::nullopt,
                                .uptime_seconds = measured->sums().uptime_seconds,
                                .now = time->now_seconds(),
                                .flavour = settings.profile,
                                .status_word = settings.api.health_status_word,
                                .expected_model_type = settings.model.type,
                                .reranking_enabled = settings.reranking.enabled};
  if (!state.model || !state.model->trained()) return summary;
  const auto& model = *state.model;
  const auto& scores = model.metadata.scores;
  summary.model =
      http::model_summary{.model_id = model.model_id,
                          .model_type = std::string(model.served->type()),
                          .num_users = model.trained_users.size(),
                          .num_items = model.items(),
                          .factors = model.served->factors(),
                          .trainable_users = model.trained_users.size(),
                          .loaded_at = model.loaded_at,
                          .score_range = {scores.min, scores.max, scores.mean, scores.std, scores.p01, scores.p99}};
  return summary;
}

http::response answer_metrics(const frontend_state& state, const http::request& in) {
  const auto& measured = *state.context.measured;
  if (http::wants_prometheus(in)) {
    return {.status = 200,
            .content_type = std::string(metrics::prometheus_content_type),
            .body = measured.prometheus(),
            .headers = {}};
  }
  const auto sums = measured.sums();
  return http::render_metrics(summarize(state), {.requests = sums.requests,
                                                 .recommendations = sums.recommendations,
                                                 .errors = sums.errors,
                                                 .cache_hit_ratio = 0});
}

http::response answer_readiness(const frontend_state& state, const http::request& in) {
  const auto& ready = *state.context.ready;
  std::vector<http::readiness_check> checks;
  for (auto& each : ready.checks()) checks.push_back({std::move(each.name), each.ok, std::move(each.message)});
  if (ready.draining()) checks.push_back({"draining", false, "the service is stopping"});
  return http::render_readiness(ready.ready(), checks, in);
}

void reload_model(frontend_pointer self, http::exchange_ptr call) {
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

void list_user_events(frontend_pointer self, http::exchange_ptr call, const std::string& user_id) {
  auto parsed = http::parse_user_events(call->in());
  if (auto* problem = std::get_if<http::response>(&parsed)) return call->answer(std::move(*problem));
  const auto& updaters = self->state.others->updaters;
  const auto owner = owner_of(user_id, updaters.size());
  self->send(updaters[owner], user_events_task_ptr(std::make_shared<user_events_task>(user_events_task{
                                  std::move(call), user_id, std::get<http::user_events_request>(parsed)})));
}

void explain_item(frontend_pointer self, http::exchange_ptr call, const http::path_parameters& path) {
  const auto& model = self->state.model;
  if (!model) return call->answer(http::problem(503, "Service not initialized", call->in()));
  const auto& updaters = self->state.others->updaters;
  const auto owner = owner_of(path[0], updaters.size());
  self->send(updaters[owner],
             because_task_ptr(std::make_shared<because_task>(because_task{std::move(call), path[0], path[1], model})));
}

struct route_entry {
  method verb;
  const char* pattern;
  bool bulk;
  void (*handle)(frontend_pointer, http::exchange_ptr, const http::path_parameters&);
};

/// Every route of the service. Captureless on purpose: what a handler needs it finds in the actor's state.
const std::array routes{
    route_entry{method::get, "/recommend", false,
                [](frontend_pointer self, http::exchange_ptr call, const http::path_parameters&) {
                  auto parsed =
                      http::parse_lite_recommend(call->in(), self->state.context.settings.api.max_recommendations);
                  ask_recommender(self, std::move(call), std::move(parsed));
                }},
    route_entry{method::get, "/similar-items", false,
                [](frontend_pointer self, http::exchange_ptr call, const http::path_parameters&) {
                  auto parsed =
                      http::parse_lite_similar(call->in(), self->state.context.settings.api.max_recommendations);
                  ask_recommender(self, std::move(call), std::move(parsed));
                }},
    route_entry{method::post, "/recommend", false,
                [](frontend_pointer self, http::exchange_ptr call, const http::path_parameters&) {
                  auto parsed = http::parse_guide_recommend(call->in());
                  ask_recommender(self, std::move(call), std::move(parsed));
                }},
    route_entry{method::post, "/v1/recommend", false,
                [](frontend_pointer self, http::exchange_ptr call, const http::path_parameters&) {
                  auto parsed = http::parse_v1_recommend(call->in());
                  ask_recommender(self, std::move(call), std::move(parsed));
                }},
    route_entry{method::post, "/v1/events", true,
                [](frontend_pointer self, http::exchange_ptr call, const http::path_parameters&) {
                  self->send(self->state.others->publisher, std::move(call));
                }},
    route_entry{method::post, "/v1/items", true,
                [](frontend_pointer self, http::exchange_ptr call, const http::path_parameters&) {
                  self->send(self->state.others->publisher, load_atom::value, std::move(call));
                }},
    route_entry{method::get, "/v1/users/{id}/events", false,
                [](frontend_pointer self, http::exchange_ptr call, const http::path_parameters& path) {
                  list_user_events(self, std::move(call), path.front());
                }},
    route_entry{method::get, "/v1/users/{id}/because/{item}", false,
                [](frontend_pointer self, http::exchange_ptr call, const http::path_parameters& path) {
                  explain_item(self, std::move(call), path);
                }},
    route_entry{method::post, "/reload_model", false,
                [](frontend_pointer self, http::exchange_ptr call, const http::path_parameters&) {
                  reload_model(self, std::move(call));
                }},
    route_entry{method::get, "/model_info", false,
                [](frontend_pointer self, http::exchange_ptr call, const http::path_parameters&) {
                  call->answer(http::render_model_info(summarize(self->state), call->in()));
                }},
    route_entry{method::get, "/health", false,
                [](frontend_pointer self, http::exchange_ptr call, const http::path_parameters&) {
                  call->answer(http::render_health(summarize(self->state), call->in()));
                }},
    route_entry{method::get, "/metrics", false,
                [](frontend_pointer self, http::exchange_ptr call, const http::path_parameters&) {
                  call->answer(answer_metrics(self->state, call->in()));
                }},
    route_entry{method::get, "/livez", false,
                [](frontend_pointer, http::exchange_ptr call, const http::path_parameters&) {
                  call->answer(http::render_liveness());
                }},
    route_entry{method::get, "/readyz", false,
                [](frontend_pointer self, http::exchange_ptr call, const http::path_parameters&) {
                  call->answer(answer_readiness(self->state, call->in()));
                }},
};

/// The routes bound to an actor.
http::router bind_routes(frontend_pointer self) {
  http::router bound;
  for (const auto& each : routes) {
    bound.add({.verb = each.verb,
               .pattern = each.pattern,
               .bulk = each.bulk,
               .handle = [self, handle = each.handle](http::exchange_ptr call, const http::path_parameters& path) {
                 handle(self, std::move(call), path);
               }});
  }
  return bound;
}

/// The same routes without handlers, for questions that need no actor.
const http::router& route_patterns() {
  static const http::router patterns = bind_routes(nullptr);
  return patterns;
}

}  // namespace

std::string_view route_of(const http::request& in) {
  return route_patterns().pattern_of(in.path);
}

bool accepts_bulk_body(method verb, std::string_view path) {
  return route_patterns().accepts_bulk(verb, path);
}

frontend_actor::behavior_type make_frontend(frontend_pointer self, frontend_context context) {
  self->state.context = std::move(context);
  self->state.routes = bind_routes(self);
  self->send(self, tick_atom::value);
  return {
      [self](const http::exchange_ptr& call) {
        // Before the wiring nobody could answer: the request dies here, which answers it.
        if (self->state.others) self->state.routes.dispatch(call);
      },
      [self](generation_ptr& model) { self->state.model = std::move(model); },
      [self](tick_atom) {
        self->state.context.gate->expire(std::chrono::steady_clock::now());
        self->delayed_send(self, expiry_interval, tick_atom::value);
      },
      [self](wiring_ptr& others) { self->state.others = std::move(others); },
  };
}

}  // namespace freshet

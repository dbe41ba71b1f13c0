// What: every route of the service on one page: its table is routes.cpp, its handlers are in *_routes.cpp, by noun.
// To add a route: a line in the table, the handler's name below, the function in the file of its noun.
// Rule: a handler parses (a pure function of io/http) and answers, or hands a typed task to an actor; it never blocks.
#pragma once

#include <span>
#include <string_view>

#include "actors/http/frontend.hpp"
#include "config/access_scope.hpp"
#include "io/http/router.hpp"

namespace freshet {

using frontend_pointer = frontend_actor::stateful_pointer<frontend_state>;
/// What a handler needs it finds in the actor's state.
using route_handler = void(frontend_pointer self, http::exchange_ptr call, const http::path_parameters& path);

/// Whether a route takes the larger bodies of server.bulk_body_bytes_max.
enum class body_size { normal, bulk };

struct route_entry {
  http::method verb;
  const char* pattern;
  access_scope scope;
  body_size body;
  route_handler* handle;
  /// Of a page: as in http::route.
  const http::document& (*page)() = nullptr;
};
[[nodiscard]] std::span<const route_entry> all_routes();

/// The routes with their handlers bound to an actor.
[[nodiscard]] http::router bind_routes(frontend_pointer self);
/// The same routes for questions that need no actor: pattern, scope, size of the body.
[[nodiscard]] const http::router& route_patterns();
/// The pattern that a request matches ("/v1/users/{id}/events"), "" when none: the label of its metrics.
[[nodiscard]] std::string_view route_of(const http::request& in);

/// Whether a route answers with ranked items: what the latency targets are about.
[[nodiscard]] bool ranks_items(std::string_view route);
/// Whether a request is answered when it is done, however long that takes: an erasure rewrites files.
[[nodiscard]] bool takes_its_time(const http::request& in);
/// Whether a route only asks whether the service is well: a 503 of it is its answer, not an error.
[[nodiscard]] bool is_probe(std::string_view route);
/// Whether a route is answered however busy the service is: a probe, or an operator who looks after it.
[[nodiscard]] bool is_lifeline(std::string_view route);

// recommendation_routes.cpp
route_handler lite_recommend, lite_similar_items, guide_recommend, guide_batch_recommend, guide_similar_items,
    v1_recommend, v1_rank, v1_similar_items;
// item_routes.cpp
route_handler load_items, show_item, change_item;
// user_routes.cpp
route_handler ingest_events, list_recent_events, list_user_events, show_user, export_user, explain_item, erase_user,
    erase_users;
// model_routes.cpp
route_handler reload_model, show_model_info, list_models, activate_model, roll_back_model;
// popularity_routes.cpp
route_handler list_popular, list_trending;
// control_routes.cpp
route_handler show_status, pause_ingestion, resume_ingestion, drain_service, back_up, crash_actor;
// training_routes.cpp
route_handler start_training, list_tasks, show_task, cancel_task;
// rollout_routes.cpp
route_handler begin_shadow, begin_canary, promote_trial, abort_trial, show_rollout;
// document_routes.cpp
route_handler show_openapi, show_docs, show_dashboard;
// cache_routes.cpp
route_handler show_stats, show_cache_stats, warm_caches, clear_guide_caches, clear_lite_caches, configure_cache;
// service_routes.cpp
route_handler show_health, show_metrics, show_liveness, show_readiness;

}  // namespace freshet

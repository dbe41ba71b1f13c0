#include "actors/http/routes.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "io/http/document.hpp"

namespace freshet {
namespace {

using enum http::method;
using enum access_scope;
using enum body_size;

constexpr std::array routes{
    // Surface A, the runbook's.
    route_entry{get, "/recommend", read, normal, lite_recommend},
    route_entry{get, "/similar-items", read, normal, lite_similar_items},
    route_entry{post, "/cache/clear", admin, normal, clear_lite_caches},
    route_entry{post, "/cache/config", admin, normal, configure_cache},
    // Surface B, the operations guide's.
    route_entry{post, "/recommend", read, normal, guide_recommend},
    route_entry{post, "/batch_recommend", read, normal, guide_batch_recommend},
    route_entry{post, "/similar_items", read, normal, guide_similar_items},
    route_entry{post, "/reload_model", admin, normal, reload_model},
    route_entry{get, "/model_info", read, normal, show_model_info},
    route_entry{get, "/stats", read, normal, show_stats},
    route_entry{get, "/cache_stats", read, normal, show_cache_stats},
    route_entry{post, "/cache_warmup", admin, normal, warm_caches},
    route_entry{post, "/cache_clear", admin, normal, clear_guide_caches},
    // What both have.
    route_entry{get, "/health", none, normal, show_health},
    route_entry{get, "/metrics", read, normal, show_metrics},
    // What neither has.
    route_entry{get, "/openapi.json", none, normal, show_openapi},
    route_entry{get, "/docs", none, normal, show_docs},
    route_entry{get, "/dashboard", read, normal, show_dashboard, http::dashboard_page},
    route_entry{get, "/livez", none, normal, show_liveness},
    route_entry{get, "/healthz", none, normal, show_liveness},
    route_entry{get, "/readyz", none, normal, show_readiness},
    route_entry{post, "/v1/events", ingest, bulk, ingest_events},
    route_entry{get, "/v1/events", admin, normal, list_recent_events},
    route_entry{post, "/v1/recommend", read, normal, v1_recommend},
    route_entry{post, "/v1/rank", read, normal, v1_rank},
    route_entry{get, "/v1/items/{id}/similar", read, normal, v1_similar_items},
    route_entry{post, "/v1/items", ingest, bulk, load_items},
    route_entry{get, "/v1/items/{id}", read, normal, show_item},
    route_entry{put, "/v1/items/{id}", ingest, normal, change_item},
    route_entry{patch, "/v1/items/{id}", ingest, normal, change_item},
    route_entry{delete_, "/v1/items/{id}", ingest, normal, change_item},
    route_entry{get, "/v1/popular", read, normal, list_popular},
    route_entry{get, "/v1/trending", read, normal, list_trending},
    route_entry{get, "/v1/users/{id}", read, normal, show_user},
    route_entry{delete_, "/v1/users/{id}", admin, normal, erase_user},
    route_entry{post, "/v1/users/erase", admin, bulk, erase_users},
    route_entry{get, "/v1/users/{id}/events", read, normal, list_user_events},
    route_entry{get, "/v1/users/{id}/export", admin, normal, export_user},
    route_entry{get, "/v1/users/{id}/because/{item}", read, normal, explain_item},
    route_entry{get, "/v1/models", admin, normal, list_models},
    route_entry{post, "/v1/models/{id}/activate", admin, normal, activate_model},
    route_entry{post, "/v1/models/rollback", admin, normal, roll_back_model},
    route_entry{post, "/v1/models/{id}/shadow", admin, normal, begin_shadow},
    route_entry{post, "/v1/models/{id}/canary", admin, normal, begin_canary},
    route_entry{get, "/v1/rollout", admin, normal, show_rollout},
    route_entry{post, "/v1/rollout/promote", admin, normal, promote_trial},
    route_entry{delete_, "/v1/rollout", admin, normal, abort_trial},
    route_entry{post, "/v1/train", admin, normal, start_training},
    route_entry{get, "/v1/tasks", admin, normal, list_tasks},
    route_entry{get, "/v1/tasks/{id}", admin, normal, show_task},
    route_entry{delete_, "/v1/tasks/{id}", admin, normal, cancel_task},
    route_entry{get, "/v1/status", admin, normal, show_status},
    route_entry{post, "/v1/control/pause", admin, normal, pause_ingestion},
    route_entry{post, "/v1/control/resume", admin, normal, resume_ingestion},
    route_entry{post, "/v1/control/drain", admin, normal, drain_service},
    route_entry{post, "/v1/control/snapshot", admin, normal, back_up},
    route_entry{post, "/v1/control/crash/{actor}", admin, normal, crash_actor},
};

}  // namespace

std::span<const route_entry> all_routes() {
  return routes;
}

http::router bind_routes(frontend_pointer self) {
  http::router bound;
  for (const auto& each : routes) {
    bound.add({.verb = each.verb,
               .pattern = each.pattern,
               .scope = each.scope,
               .bulk = each.body == bulk,
               .handle = [self, handle = each.handle](
                             http::exchange_ptr call,
                             const http::path_parameters& path) { handle(self, std::move(call), path); },
               .page = each.page});
  }
  return bound;
}

const http::router& route_patterns() {
  static const http::router patterns = bind_routes(nullptr);
  return patterns;
}

std::string_view route_of(const http::request& in) {
  return route_patterns().pattern_of(in.path);
}

bool is_lifeline(std::string_view route) {
  return is_probe(route) || route == "/v1/status" || route.starts_with("/v1/control/");
}

bool is_probe(std::string_view route) {
  constexpr std::string_view probes[] = {"/health", "/healthz", "/livez", "/readyz"};
  return std::ranges::find(probes, route) != std::end(probes);
}

bool takes_its_time(const http::request& in) {
  const auto* chosen = route_patterns().match(in.verb, in.path);
  return chosen != nullptr && ((in.verb == delete_ && chosen->pattern == "/v1/users/{id}") ||
                               chosen->pattern == "/v1/users/erase" || chosen->pattern == "/v1/control/snapshot");
}

bool ranks_items(std::string_view route) {
  constexpr std::string_view endings[] = {"recommend", "similar", "similar-items", "similar_items", "rank"};
  return std::any_of(std::begin(endings), std::end(endings), [route](auto ending) { return route.ends_with(ending); });
}

}  // namespace freshet

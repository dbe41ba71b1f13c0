// Handlers of the routes about caches and figures.
#include <filesystem>
#include <utility>
#include <variant>
#include <vector>

#include "actors/http/cache_summary.hpp"
#include "actors/http/routes.hpp"
#include "actors/workers.hpp"
#include "io/http/cache_api.hpp"
#include "io/http/problem.hpp"
#include "io/http/stats_api.hpp"

namespace freshet {
namespace {

/// Empties every cache, users' queries too, and says what was in them.
std::vector<http::cleared_cache> clear_all(const frontend_context& context) {
  auto& kept = *context.kept;
  context.warm->lost();
  std::vector<http::cleared_cache> cleared{{"user_profile", context.users->size()}};
  context.users->clear();
  cleared.push_back({"item_similarity", kept.item_similarity.clear()});
  cleared.push_back({"fallback", kept.fallback.clear()});
  cleared.push_back({"response", kept.response.clear()});
  return cleared;
}

}  // namespace

void show_stats(frontend_pointer self, http::exchange_ptr call, const http::path_parameters&) {
  const auto& context = self->state.context;
  const auto& model = self->state.model;
  const auto sums = context.measured->sums();
  http::service_stats stats;
  stats.cache = summarize_caches(self->state);
  if (model && model->trained()) {
    stats.model_id = model->model_id;
    stats.trainable_users = model->users();
    if (const auto& index = model->indexed; !index.described.empty()) {
      stats.faiss = {index.described, index.ranking_recall, index.similarity_recall};
    }
  }
  if (const auto counts = context.store->counts()) {
    stats.total_users = counts->users;
    stats.num_items = counts->items;
  }
  stats.popular_items_cached = stats.cache.precomputed.popular_items;
  stats.user_histories_cached = context.users->size();
  stats.uptime_seconds = sums.uptime_seconds;
  stats.requests = sums.requests;
  stats.errors = sums.errors;
  stats.recommendations = sums.recommendations;
  stats.recent = context.measured->recent();
  stats.fallback_rate = context.measured->fallback_ratio();
  stats.embeddings = std::filesystem::path(context.settings.content.embeddings).filename().string();
  stats.workers = workers_of(context.settings.server);
  stats.machine_threads = machine_threads();
  stats.reranking_enabled = context.settings.reranking.enabled;
  stats.candidate_multiplier = context.settings.reranking.candidate_multiplier;
  call->answer(http::render_stats(stats));
}

void show_cache_stats(frontend_pointer self, http::exchange_ptr call, const http::path_parameters&) {
  call->answer(http::render_cache_stats(summarize_caches(self->state)));
}

void warm_caches(frontend_pointer self, http::exchange_ptr call, const http::path_parameters&) {
  auto parsed = http::parse_cache_warmup(call->in());
  if (auto* problem = std::get_if<http::response>(&parsed)) return call->answer(std::move(*problem));
  self->request(self->state.others->warmer, caf::infinite, warmup_atom::value, std::get<bool>(parsed))
      .then(
          [call](const warmup_outcome_ptr& outcome) {
            if (!outcome->refusal.empty()) return call->answer(http::problem(503, outcome->refusal, call->in()));
            call->answer(outcome->was_warm ? http::render_already_warmed()
                                           : http::render_warmed_up(outcome->computed, outcome->duration_ms));
          },
          [call](const caf::error&) {
            call->answer(http::problem(503, "The warm-up broke off; try again", call->in()));
          });
}

void clear_guide_caches(frontend_pointer self, http::exchange_ptr call, const http::path_parameters&) {
  clear_all(self->state.context);
  call->answer(http::render_cleared());
}

void clear_lite_caches(frontend_pointer self, http::exchange_ptr call, const http::path_parameters&) {
  call->answer(http::render_cleared_sizes(clear_all(self->state.context)));
}

void configure_cache(frontend_pointer self, http::exchange_ptr call, const http::path_parameters&) {
  auto parsed = http::parse_cache_config(call->in());
  if (auto* problem = std::get_if<http::response>(&parsed)) return call->answer(std::move(*problem));
  const auto& wanted = std::get<http::cache_config_request>(parsed);
  auto& kept = *self->state.context.kept;
  if (wanted.enabled) kept.enable(*wanted.enabled);
  if (wanted.default_ttl) kept.response.set_limits({kept.response.limits().max_size, *wanted.default_ttl});
  call->answer(http::render_cache_config(summarize_caches(self->state)));
}

}  // namespace freshet

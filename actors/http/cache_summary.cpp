#include "actors/http/cache_summary.hpp"

namespace freshet {

std::vector<metrics::cache_figures> cache_figures_of(const caches& kept, const user_query_table& users) {
  return {{"user_profile", users.counters()},
          {"item_similarity", kept.item_similarity.counters()},
          {"fallback", kept.fallback.counters()},
          {"response", kept.response.counters()}};
}

http::cache_summary summarize_caches(const frontend_state& state) {
  const auto& context = state.context;
  const auto& kept = *context.kept;
  const std::chrono::seconds ttls[] = {context.users->ttl(), kept.item_similarity.limits().ttl,
                                       kept.fallback.limits().ttl, kept.response.limits().ttl};
  http::cache_summary summary{.enabled = kept.enabled(),
                              .warmed_up = state.model && context.warm->is_warm(state.model->number),
                              .caches = {},
                              .precomputed = context.warm->computed()};
  for (auto& each : cache_figures_of(kept, *context.users)) {
    summary.caches.push_back({std::move(each.cache), each.counted, ttls[summary.caches.size()]});
  }
  return summary;
}

}  // namespace freshet

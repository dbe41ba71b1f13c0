#include "actors/requests/caches.hpp"

#include <utility>

namespace freshet {

caches::caches(const cache_options& limits)
    : response(limits.response), item_similarity(limits.item_similarity), fallback(limits.fallback) {
  enable(limits.enabled);
}

void caches::configure(const cache_options& limits) {
  response.set_limits(limits.response);
  item_similarity.set_limits(limits.item_similarity);
  fallback.set_limits(limits.fallback);
  enable(limits.enabled);
}

void caches::keep_response(std::string_view key, std::shared_ptr<const cached_response> answer,
                           std::chrono::steady_clock::time_point now, std::optional<std::chrono::seconds> ttl) {
  if (answer->body.size() <= response_bytes_max) response.insert(key, std::move(answer), now, ttl);
}

void caches::enable(bool on) {
  response.enable(on);
  item_similarity.enable(on);
  fallback.enable(on);
}

}  // namespace freshet

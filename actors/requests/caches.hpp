// What:    what is kept to be answered again: whole answers, lists of similar items, fallback lists.
// Keys:    made by whoever asks, from everything that the value depends on: number of the generation, version of the
//          catalogue, version of the user's history, and the request. A new model, a changed item or a new event makes
//          another key, so what is stale cannot be found; it is dropped when room is needed.
// Threads: every member from any thread.
// Limits:  as configured (cache.response, cache.item_similarity, cache.fallback); answers above 64 KiB are not kept, so
//          the default configuration holds at most 640 MiB of them, and some 20 MiB where ten items are asked for.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/options.hpp"
#include "core/base/bounded_cache.hpp"
#include "core/ranking/top_k.hpp"

namespace freshet {

/// A body as it was rendered; http::with_latency and http::with_cache_state make the next answer of it.
struct cached_response {
  std::string body;
  /// What is counted and logged of an answer.
  std::size_t count = 0;
  std::string fallback_method;
  /// The list it is, for events that follow from it.
  std::string recommendation_id;
};

/// The best candidates of a list, before they are reranked.
struct cached_ranking {
  std::vector<scored_row> rows;
};

class caches {
 public:
  static constexpr std::size_t response_bytes_max = 64 << 10;

  explicit caches(const cache_options& limits);

  /// As configured from now on; what is there stays as far as it fits.
  void configure(const cache_options& limits);

  /// Keeps an answer unless it is too large.
  void keep_response(std::string_view key, std::shared_ptr<const cached_response> answer,
                     std::chrono::steady_clock::time_point now, std::optional<std::chrono::seconds> ttl = {});

  /// All of them on or off.
  void enable(bool on);
  bool enabled() const { return response.enabled(); }

  bounded_cache<cached_response> response;
  bounded_cache<cached_ranking> item_similarity;
  bounded_cache<cached_ranking> fallback;
};

}  // namespace freshet

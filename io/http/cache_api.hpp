// What:   what the service says of its caches, and what it is told about them: /cache_stats, /cache_warmup,
//         /cache_clear (surface B), /cache/clear, /cache/config (surface A); pure parsing and rendering.
// Bodies: the superset of both documents (spec "Surface A", "Surface B"); members that only Freshet has stand behind.
// Errors: 422 for a parameter that is no such value, 400 for one out of range.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/base/bounded_cache.hpp"
#include "io/http/message.hpp"

namespace freshet::http {

/// A cache with its name in the configuration: user_profile, item_similarity, fallback, response.
struct named_cache {
  std::string name;
  cache_counters counted;
  std::chrono::seconds ttl{};
};

/// What the last warm-up computed.
struct precomputed_counts {
  std::uint64_t popular_items{};
  /// Those of them that have metadata to show.
  std::uint64_t popular_items_enriched{};
  std::uint64_t popular_similarities{};
  std::uint64_t user_profiles{};
};

struct cache_summary {
  /// Whether answers and lists are kept.
  bool enabled = true;
  /// A warm-up finished for the model in service and nothing was cleared since.
  bool warmed_up = false;
  std::vector<named_cache> caches;
  precomputed_counts precomputed;

  /// Of all caches together; 0 before the first look-up.
  double hit_ratio() const;
  const named_cache* find(std::string_view name) const;
};

/// {warmed_up, enabled, caches: {<name>: {size, max_size, hits, misses, hit_rate, evictions, expirations,
/// ttl_seconds}}, precomputed: {popular_items, popular_items_enriched, popular_similarities, user_profiles}}
[[nodiscard]] response render_cache_stats(const cache_summary& summary);
/// What that says of one cache, appended.
void append_cache(std::string& out, const named_cache& cache);

struct cache_config_request {
  std::optional<bool> enabled;
  /// For answers that do not say how long they are to be kept.
  std::optional<std::chrono::seconds> default_ttl;
};
[[nodiscard]] std::variant<cache_config_request, response> parse_cache_config(const request& in);
/// {status: "success", cache_enabled, default_ttl, recommendation_cache {size, hits, misses, hit_rate},
/// similar_items_cache {...}}; the caches `response` and `item_similarity`.
[[nodiscard]] response render_cache_config(const cache_summary& summary);

/// Surface B: {"status": "cleared"}.
[[nodiscard]] response render_cleared();
struct cleared_cache {
  std::string name;
  std::size_t size{};
};
/// Surface A: {"status": "success", "cleared": {<name>: <entries that were in it>}}.
[[nodiscard]] response render_cleared_sizes(const std::vector<cleared_cache>& cleared);

/// The parameter `force` of POST /cache_warmup.
[[nodiscard]] std::variant<bool, response> parse_cache_warmup(const request& in);
/// {status: "warmup_complete", skipped: false, popular_items, popular_items_enriched, popular_similarities,
/// user_profiles, warmup_duration_ms}
[[nodiscard]] response render_warmed_up(const precomputed_counts& computed, double duration_ms);
/// {status: "already_warmed", skipped: true}
[[nodiscard]] response render_already_warmed();

}  // namespace freshet::http

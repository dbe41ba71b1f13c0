// What: GET /stats, the operations guide's page of figures; pure rendering.
// Body: {model_id, total_users, trainable_users, cold_start_users, trainable_percentage, num_items,
//       popular_items_cached, user_histories_cached, cache: {warmed_up, enabled, hit_rate, <name>: {...}},
//       uptime_seconds, requests: {total, errors, error_rate, recommendations, per_second},
//       recent: {seconds, requests, errors, error_rate, requests_per_second},
//       latency_ms: {p50, p90, p95, p99, max, count}, fallback_rate, embeddings,
//       faiss: null | {index, ranking_recall, similarity_recall},
//       settings: {workers, machine_threads, reranking_enabled, candidate_multiplier}}
//       `recent` and `latency_ms` are about the last minute without probes, the latter about requests that recommend;
//       `embeddings` is the name of the file with the items' vectors, null when they come from text. `faiss` is what
//       the approximate index misses, as measured when the model was loaded; null where none is configured.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "io/http/cache_api.hpp"
#include "io/http/message.hpp"
#include "io/telemetry/recent_traffic.hpp"

namespace freshet::http {

struct service_stats {
  /// Empty before a model exists.
  std::string model_id;
  /// With a retained event, or a row in the model.
  std::uint64_t total_users{};
  /// With a row in the model.
  std::uint64_t trainable_users{};
  std::uint64_t num_items{};
  std::uint64_t popular_items_cached{};
  std::uint64_t user_histories_cached{};
  cache_summary cache;

  double uptime_seconds{};
  std::uint64_t requests{};
  std::uint64_t errors{};
  std::uint64_t recommendations{};
  recent_traffic::figures recent;
  /// Share of the answers since the start that came from a fallback list.
  double fallback_rate{};
  std::string embeddings;
  struct approximate {
    std::string index;
    double ranking_recall = 1;
    double similarity_recall = 1;
  };
  std::optional<approximate> faiss;

  /// What `freshet analyze` bases its advice on.
  std::uint64_t workers{};
  std::uint64_t machine_threads{};
  bool reranking_enabled = false;
  std::uint64_t candidate_multiplier{};
};
[[nodiscard]] response render_stats(const service_stats& stats);

}  // namespace freshet::http

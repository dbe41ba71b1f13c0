// What:  what the service says of itself: /health, /metrics as JSON, /model_info, /reload_model, /livez, /readyz; pure
//        rendering of plain structs.
// Bodies: the superset of both documents (spec "Surface A", "Surface B").
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/options.hpp"
#include "core/base/clock.hpp"
#include "io/http/message.hpp"

namespace freshet::http {

/// Distribution of the scores a model gives, as its metadata has it.
struct score_summary {
  double min{}, max{}, mean{}, std{}, p01{}, p99{};
};

/// The model in service.
struct model_summary {
  std::string model_id;
  std::string model_type;
  std::uint64_t num_users{};
  std::uint64_t num_items{};
  std::uint64_t factors{};
  /// Users that the model was trained with.
  std::uint64_t trainable_users{};
  unix_seconds loaded_at{};
  score_summary score_range;
};

struct service_summary {
  /// Nothing when no model was trained yet.
  std::optional<model_summary> model;
  double uptime_seconds{};
  unix_seconds now{};
  /// Words that depend on the profile: status word, and what /health says before a model exists.
  profile flavour = profile::guide;
  std::string status_word;  // empty = by profile
  /// MODEL_TYPE of the lite profile, shown before a model exists.
  std::string expected_model_type = "als";
  /// Whether the guide's requests are reranked where they do not say.
  bool reranking_enabled = false;
};

/// 200, or 503 "Service not initialized" without a model (profile lite: 200 with the expected model type).
[[nodiscard]] response render_health(const service_summary& service, const request& in);

struct service_totals {
  std::uint64_t requests{};
  std::uint64_t recommendations{};
  std::uint64_t errors{};
  double cache_hit_ratio{};
};
/// The documents' JSON.
[[nodiscard]] response render_metrics(const service_summary& service, const service_totals& totals);
/// Whether the request wants the Prometheus exposition: Accept text/plain or application/openmetrics-text, or
/// ?format=prometheus.
[[nodiscard]] bool wants_prometheus(const request& in);

/// 200, or 503 without a model.
[[nodiscard]] response render_model_info(const service_summary& service, const request& in);

/// {status: "reloaded"|"no_update", previous_model_id, new_model_id, reloaded}; ids are null when there is none.
[[nodiscard]] response render_reload(const std::string& previous_model_id, const std::string& new_model_id,
                                     bool reloaded);

struct readiness_check {
  std::string name;
  bool ok = false;
  std::string message;
};
/// Always 200 {"status":"ok"}: the process runs.
[[nodiscard]] response render_liveness();
/// 200 or 503; with ?verbose every check, else only the word: "ready", or "degraded" where it is but a check fails.
[[nodiscard]] response render_readiness(bool ready, const std::vector<readiness_check>& checks, const request& in);

}  // namespace freshet::http

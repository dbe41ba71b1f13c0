// What:   candidates on trial and the online quality of models: POST /v1/models/{id}/{shadow,canary}, GET and DELETE
//         /v1/rollout, POST /v1/rollout/promote; pure parse and render.
// Bodies: begin: {share}, optional. Changes: {status: shadow | canary | promoted | aborted, model_id}.
//         GET: {trial: null | {model_id, stage, share, since_seconds, requests, error_rate, fallback_rate, p99_ms,
//         current: {model_id, requests, error_rate, fallback_rate, p99_ms},
//         shadow: {compared, left_out, overlap, drift, p99_ms}}, online_quality: [{model_id, lists, hits, hit_rate,
//         reciprocal_rank}]}. `overlap` is the share of the ten best that both have, `drift` the candidate's mean score
//         less the one shown.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "io/http/message.hpp"

namespace freshet::http {

struct trial_request {
  /// 0..1; nothing = as configured.
  std::optional<double> share;
};
[[nodiscard]] std::variant<trial_request, response> parse_trial(const request& in);

struct answered_figures {
  std::string model_id;
  std::uint64_t requests{};
  double error_rate{};
  double fallback_rate{};
  double p99_ms{};
};
struct trial_summary {
  std::string stage;
  double share{};
  double since_seconds{};
  answered_figures candidate;
  answered_figures current;
  std::uint64_t compared{};
  std::uint64_t left_out{};
  double overlap{};
  double drift{};
  double shadow_p99_ms{};
};
struct quality_summary {
  std::string model_id;
  std::uint64_t lists{};
  std::uint64_t hits{};
  double hit_rate{};
  double reciprocal_rank{};
};
struct rollout_summary {
  std::optional<trial_summary> trial;
  std::vector<quality_summary> online_quality;
};
/// `"trial":...,"online_quality":[...]`: members that the status has too.
void append_rollout(std::string& out, const rollout_summary& summary);
[[nodiscard]] response render_rollout(const rollout_summary& summary);
[[nodiscard]] response render_trial_change(std::string_view status, std::string_view model_id);

}  // namespace freshet::http

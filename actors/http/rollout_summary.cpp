#include "actors/http/rollout_summary.hpp"

namespace freshet {
namespace {

double in_ms(std::chrono::nanoseconds duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

http::answered_figures answered_by(const generation& model) {
  const auto seen = model.live->seen();
  return {model.model_id, seen.requests, seen.error_rate(), seen.fallback_rate(), in_ms(seen.p99)};
}

std::string_view stage_of(const model_trial& trial) {
  return trial.stage == rollout_stage::canary ? "canary" : "shadow";
}

model_series::answers series_of(const generation& model) {
  const auto seen = model.live->seen();
  return {model.model_id, seen.requests, seen.errors, seen.fallbacks, seen.median, seen.p99};
}

}  // namespace

http::rollout_summary summarize_rollout(const generation* model, const model_trial* trial,
                                        const online_quality& quality) {
  http::rollout_summary summary;
  if (trial != nullptr && model != nullptr) {
    const auto shadow = trial->shadow->seen();
    const std::chrono::duration<double> since = std::chrono::steady_clock::now() - trial->since;
    summary.trial = http::trial_summary{.stage = std::string(stage_of(*trial)),
                                        .share = trial->share,
                                        .since_seconds = since.count(),
                                        .candidate = answered_by(*trial->candidate),
                                        .current = answered_by(*model),
                                        .compared = shadow.compared,
                                        .left_out = shadow.left_out,
                                        .overlap = shadow.overlap,
                                        .drift = shadow.drift,
                                        .shadow_p99_ms = in_ms(shadow.candidate_p99)};
  }
  for (const auto& each : quality.seen()) {
    summary.online_quality.push_back({each.model_id, each.lists, each.hits, each.hit_rate(), each.reciprocal_rank()});
  }
  return summary;
}

model_series model_series_of(const generation* model, const model_trial* trial, const online_quality& quality) {
  model_series made;
  for (const auto& each : quality.seen()) {
    made.shown.push_back({each.model_id, each.lists, each.hits, each.reciprocal_ranks});
  }
  if (model != nullptr && model->trained()) made.current = series_of(*model);
  if (trial == nullptr) return made;
  const auto shadow = trial->shadow->seen();
  auto& on_trial = made.on_trial.emplace(model_series::trial{.candidate = series_of(*trial->candidate),
                                                             .stage = std::string(stage_of(*trial)),
                                                             .share = trial->share,
                                                             .compared = shadow.compared,
                                                             .left_out = shadow.left_out,
                                                             .overlap = shadow.overlap,
                                                             .drift = shadow.drift});
  if (trial->stage == rollout_stage::shadow) {
    on_trial.candidate.median = shadow.candidate_median;
    on_trial.candidate.p99 = shadow.candidate_p99;
  }
  return made;
}

}  // namespace freshet

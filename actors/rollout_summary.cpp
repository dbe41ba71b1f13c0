#include "actors/rollout_summary.hpp"

namespace freshet {
namespace {

double in_ms(std::chrono::nanoseconds duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

http::answered_figures answered_by(const generation& model) {
  const auto seen = model.live->seen();
  return {model.model_id, seen.requests, seen.error_rate(), seen.fallback_rate(), in_ms(seen.p99)};
}

}  // namespace

http::rollout_summary summarize_rollout(const generation* model, const model_trial* trial,
                                        const online_quality& quality) {
  http::rollout_summary summary;
  if (trial != nullptr && model != nullptr) {
    const auto shadow = trial->shadow->seen();
    const std::chrono::duration<double> since = std::chrono::steady_clock::now() - trial->since;
    summary.trial = http::trial_summary{.stage = trial->stage == rollout_stage::canary ? "canary" : "shadow",
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

std::vector<metrics::model_figures> model_figures_of(const online_quality& quality) {
  std::vector<metrics::model_figures> figures;
  for (const auto& each : quality.seen()) {
    figures.push_back({each.model_id, each.lists, each.hits, each.reciprocal_ranks});
  }
  return figures;
}

}  // namespace freshet

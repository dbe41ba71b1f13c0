// What: the trial and the online quality of models as they stand, for /v1/rollout, /v1/status and the metrics.
#pragma once

#include <vector>

#include "actors/model_trial.hpp"
#include "actors/online_quality.hpp"
#include "io/http/rollout_api.hpp"
#include "io/telemetry/metrics.hpp"

namespace freshet {

/// `model` and `trial` may be null.
[[nodiscard]] http::rollout_summary summarize_rollout(const generation* model, const model_trial* trial,
                                                      const online_quality& quality);
[[nodiscard]] std::vector<metrics::model_figures> model_figures_of(const online_quality& quality);

}  // namespace freshet

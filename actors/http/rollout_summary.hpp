// What: the trial and the online quality of models as they stand, for /v1/rollout, /v1/status and the metrics.
#pragma once

#include "actors/generation/model_trial.hpp"
#include "actors/requests/online_quality.hpp"
#include "io/http/rollout_api.hpp"
#include "io/telemetry/model_series.hpp"

namespace freshet {

/// `model` and `trial` may be null.
[[nodiscard]] http::rollout_summary summarize_rollout(const generation* model, const model_trial* trial,
                                                      const online_quality& quality);
[[nodiscard]] model_series model_series_of(const generation* model, const model_trial* trial,
                                           const online_quality& quality);

}  // namespace freshet

// What:   how models fare, as it is rendered for Prometheus: lists that were shown, answers of the model in service and
//         of one on trial, and how lists of a shadow compare with those that were shown.
// Series: of every model whose lists were shown lately
//           freshet_shown_lists_total{model_id}, freshet_shown_hits_total{model_id},
//           freshet_shown_reciprocal_ranks_total{model_id}: hit rate and mean reciprocal rank are the ratios
//         of the model in service (role="current") and one on trial (role="candidate"), since it came to that
//           freshet_model_requests_total{model_id,role}, freshet_model_errors_total{model_id,role},
//           freshet_model_fallbacks_total{model_id,role}, freshet_model_latency_seconds{model_id,role,quantile}
//         of a trial, while it lasts
//           freshet_trial_share{model_id,stage}, freshet_trial_compared_total{model_id,stage},
//           freshet_trial_left_out_total{model_id,stage}, freshet_trial_overlap{model_id,stage} (share of the ten best
//           that both lists have, mean), freshet_trial_score_drift{model_id,stage} (the candidate's mean score less
//           that of what was shown, mean)
//         A canary compares no lists: those figures are a shadow's. A shadow answers nobody: its latency is that of the
//         lists it ranked to be compared.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace prometheus {
struct MetricFamily;
}

namespace freshet {

struct model_series {
  struct shown_lists {
    std::string model_id;
    std::uint64_t lists{};
    std::uint64_t hits{};
    double reciprocal_ranks{};
  };
  std::vector<shown_lists> shown;

  struct answers {
    std::string model_id;
    std::uint64_t requests{};
    std::uint64_t errors{};
    std::uint64_t fallbacks{};
    std::chrono::nanoseconds median{};
    std::chrono::nanoseconds p99{};
  };
  std::optional<answers> current;

  struct trial {
    answers candidate;
    /// "shadow", "canary"
    std::string stage;
    double share{};
    std::uint64_t compared{};
    std::uint64_t left_out{};
    double overlap{};
    double drift{};
  };
  std::optional<trial> on_trial;
};

[[nodiscard]] std::vector<prometheus::MetricFamily> families_of(const model_series& models);

}  // namespace freshet

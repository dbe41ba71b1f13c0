// What: whether a candidate may take over from the model in service, by one figure of both on the same held-out events.
// Why:  a training that went wrong (a bad parameter, half of the events, a drifting catalogue) must not reach users.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/base/clock.hpp"

namespace freshet {

/// What was compared, for people and the registry.
struct gate_figures {
  /// "ndcg@10"
  std::string metric;
  double candidate{};
  /// Nothing where there is no model in service.
  std::optional<double> current;
  std::string current_model_id;
  double min_ratio{};
  /// Users who were asked for, and from when on what they did was held out.
  std::uint64_t cases{};
  unix_seconds held_out_from{};
  /// The current model had learnt from what was held out, so its family was trained without that in its place.
  bool current_trained_again = false;
};

/// No current model, or none of its figures above 0, and everything passes.
[[nodiscard]] bool passes(const gate_figures& figures);
/// "ndcg@10 .0512 of the candidate is .93 of the .0550 of als_20261123_v1, below .98".
[[nodiscard]] std::string in_words(const gate_figures& figures);

}  // namespace freshet

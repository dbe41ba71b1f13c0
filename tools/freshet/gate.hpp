// What: a candidate trained without the newest events and the model in service, both asked for those events.
// How:  what happened from a moment on is held out for all users (core/evaluation/temporal_global.hpp). It is chosen so
//       that the model in service knows nothing of it: after its `trained_until`. Where too little happened since, its
//       family is trained again without what is held out and stands for it.
#pragma once

#include <string>

#include "config/options.hpp"
#include "core/evaluation/quality_gate.hpp"
#include "io/artifacts/model_directory.hpp"
#include "tools/freshet/model_training.hpp"
#include "tools/freshet/training_dataset.hpp"

namespace freshet::tools {

struct model_in_service {
  std::string model_id;
  loaded_model model;
};

struct gated_candidate {
  gate_figures figures;
  /// As it was compared, and what it was trained on.
  training_dataset data;
  trained_model trained;
};

/// Errors: those of reading, training and, for a metric that is none, invalid_argument; cancelled when stopped.
[[nodiscard]] result<gated_candidate> compare_with_current(const options& settings, const trainer& family,
                                                           const parameters& completed, const training_flags& flags,
                                                           const model_in_service& current, stop_request& stop);

}  // namespace freshet::tools

// What: a trained model on its way to disk: with its metadata into a directory of its own or into the registry.
#pragma once

#include <cstdint>
#include <string>

#include "config/options.hpp"
#include "core/base/result.hpp"
#include "core/models/parameters.hpp"
#include "core/models/training.hpp"
#include "io/artifacts/model_directory.hpp"
#include "io/artifacts/registry.hpp"
#include "tools/freshet/training_dataset.hpp"

namespace freshet::tools {

struct output_flags {
  /// Directory of the model, or the artifacts root when registered; empty = model.dir.
  std::string directory;
  bool registered = false;
  /// Registered, does it serve from now on?
  bool activated = true;
};

struct training_record {
  std::string family;
  parameters completed;
  std::uint64_t seed{};
  /// False: cut short. It is registered but does not serve.
  bool complete = true;
  /// Why the quality gate refused it; empty = it did not.
  std::string refusal{};
  std::optional<gate_figures> gate{};
};

/// Where the model went, for people.
struct saved_model {
  std::string directory;
  /// Empty when it was not registered.
  std::string model_id;
};

[[nodiscard]] result<saved_model> save_trained(const training_dataset& read, trained_model trained,
                                               const training_record& record, const options& settings,
                                               const output_flags& flags);
/// The same for a model that came from elsewhere, registered as `entry` says besides what the model itself tells.
[[nodiscard]] result<saved_model> save(const loaded_model& model, registration entry, const options& settings,
                                       const output_flags& flags);

/// "saved in DIR, registered as ID"
void print_saved(const saved_model& done);

}  // namespace freshet::tools

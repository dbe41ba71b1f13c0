// What: what `train` and `evaluate` share: parameters from flags, and training with a progress line that Ctrl-C ends.
#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "config/options.hpp"
#include "core/base/result.hpp"
#include "core/models/trainer.hpp"
#include "tools/freshet/stop_request.hpp"

namespace freshet::tools {

/// What the command line accepts as a model.
[[nodiscard]] std::vector<std::string> trainer_names();

struct parameter_flags {
  std::string json;  // --params
  std::string file;  // --params-file
};

/// --params over --params-file over the profile's defaults over the family's, complete.
[[nodiscard]] result<parameters> read_parameters(const trainer& family, const parameter_flags& flags, profile chosen);

/// On the last items of a part of the users, which leave the training data (core/evaluation/early_stopping.hpp).
struct early_stopping_flags {
  /// "ndcg@10"; empty = no early stopping.
  std::string metric;
  std::uint32_t patience = 3;
  std::uint32_t every = 1;
};

struct training_flags {
  std::uint64_t seed = 42;
  std::uint32_t threads = 0;
  early_stopping_flags early;
  /// Where to begin; null = at random.
  const warm_start* from = nullptr;
};

/// --early-stopping, --patience, --measure-every.
void add_early_stopping_flags(CLI::App& command, early_stopping_flags& flags);

/// A stop ends the training with what it has reached. With early stopping the data is trained on twice: without what
/// is held out, to find how many iterations are best, then whole for as many; a stop before the end of that leaves the
/// best model that was measured.
[[nodiscard]] result<trained_model> train_with_progress(const trainer& family, const training_data& data,
                                                        const parameters& completed, const training_flags& flags,
                                                        stop_request& stop);

}  // namespace freshet::tools

// What: what a model is trained on, read from a database: interactions, ids by row, and, where wanted, what is known of
//       the items.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config/options.hpp"
#include "core/base/result.hpp"
#include "core/data/training_data.hpp"
#include "tools/freshet/stop_request.hpp"

namespace freshet::tools {

struct dataset_flags {
  /// Share of the users, drawn by id and seed.
  double sample_rate = 1;
  std::uint64_t seed = 42;
  /// Metadata of the items as features.
  bool use_item_features = false;
  /// A .npy file with its ids beside it; empty = none.
  std::string embeddings;
};

struct training_dataset {
  training_data data;
  std::vector<std::string> item_ids;  // by row
  std::vector<std::string> user_ids;  // by row
};

/// Errors: invalid_argument when there is nothing to train on, cancelled when stopped; the store's and the files'.
[[nodiscard]] result<training_dataset> read_training_dataset(const options& settings, const dataset_flags& flags,
                                                             stop_request& stop);

}  // namespace freshet::tools

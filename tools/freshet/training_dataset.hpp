// What: what a model is trained on, read from a database: interactions, ids by row, and, where wanted, what is known of
//       the items.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config/options.hpp"
#include "core/base/result.hpp"
#include "core/data/training_data.hpp"
#include "io/store/event_store.hpp"
#include "tools/freshet/interaction_data.hpp"
#include "tools/freshet/stop_request.hpp"

namespace freshet::tools {

struct side_data_flags {
  /// Metadata of the items as features.
  bool use_item_features = false;
  /// A .npy file with its ids beside it; empty = none.
  std::string embeddings;
};

struct dataset_flags : side_data_flags {
  /// Share of the users, drawn by id and seed.
  double sample_rate = 1;
  std::uint64_t seed = 42;
};

struct training_dataset {
  training_data data;
  std::vector<std::string> item_ids;  // by row
  std::vector<std::string> user_ids;  // by row
  /// In the store when it was read.
  std::uint64_t events = 0;
};

/// Errors: invalid_argument when there is nothing to train on, cancelled when stopped; the store's and the files'.
[[nodiscard]] result<training_dataset> read_training_dataset(const options& settings, const dataset_flags& flags,
                                                             stop_request& stop);

/// Puts what is known of the items, where wanted, beside the interactions.
[[nodiscard]] status add_side_data(const event_store& store, const model_rows& rows, const side_data_flags& flags,
                                   training_data& data);
/// Errors: invalid_argument when the file has no vector for any of the items; the file's.
[[nodiscard]] result<std::shared_ptr<const item_embeddings>> read_embeddings(const std::string& path,
                                                                             const std::vector<std::string>& item_ids);

}  // namespace freshet::tools

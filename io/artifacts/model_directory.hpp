// What:   a trained model on disk: arrays NumPy reads, mappings, parameters, checksums. No pickle, ever.
// Files:  <type>_U.npy [users x f], <type>_V.npy [items x f] float32 (bare U.npy, V.npy accepted), optional
//         <type>_item_bias.npy [items]; popularity_scores.npy [items]; <type>_params.json; <type>_metadata.json;
//         user_mapping.json and item_mapping.json, each {"id": row}.
// Errors: S2: whatever is missing, truncated, mismatched or altered is refused with a sentence naming the file;
//         checksums are compared when the metadata has them, shapes always, values must be finite.
// Cost:   mappings are parsed as streams (1M ids in about a second).
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/result.hpp"
#include "core/models/model.hpp"

namespace freshet {

/// Distribution of user-item scores, for normalising (`score_range` in the metadata).
struct score_range {
  double min{}, max{}, mean{}, std{}, p01{}, p99{};
};

struct model_metadata {
  std::string model_type;
  std::uint64_t users{};
  std::uint64_t items{};
  std::uint64_t factors{};
  unix_seconds created_at{};
  /// Newest event the model was trained on; evaluation on events up to it would leak.
  std::optional<unix_seconds> trained_until;
  score_range scores;
  std::uint64_t seed{};
  std::string data_hash;
};

/// A model as it came from disk, ready to serve.
struct loaded_model {
  std::shared_ptr<const model> served;
  std::vector<std::string> item_ids;  // by row
  std::vector<std::string> user_ids;  // by row; empty where the user was erased
  /// Trained user vectors [users x f]; empty for models without.
  matrix<float> user_factors;
  model_metadata metadata;
  /// Parameters as a JSON object.
  std::string params;
  /// What a blend is made of, with rows and ids of their own; empty for other families.
  std::vector<loaded_model> parts;
};

[[nodiscard]] result<loaded_model> load_model(const std::filesystem::path& directory);

/// Writes every file and their checksums into `directory` (created; complete or absent: written beside and renamed).
[[nodiscard]] status save_model(const std::filesystem::path& directory, const loaded_model& trained);

}  // namespace freshet

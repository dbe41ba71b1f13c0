// What:   vectors of items that were made outside (PhoBERT, CLIP, ...): `<name>.npy` float32 [n x d] with
//         `<name>_ids.json` beside it, a list of the n item ids, as text or as whole numbers.
// Errors: as npy.hpp and json_tree.hpp; corrupted when the two files do not fit or a value is not finite;
//         invalid_argument for an id that occurs twice. Each names the file.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/data/item_features.hpp"
#include "core/linalg/matrix_view.hpp"

namespace freshet {

struct embedding_file {
  std::vector<std::string> ids;  // by row
  matrix<float> vectors;         // [n x d]
};

/// `path` is that of the .npy file.
[[nodiscard]] result<embedding_file> read_item_embeddings(const std::filesystem::path& path);

/// The vectors in the order of these items; items without one are not `known`.
[[nodiscard]] item_embeddings align(const embedding_file& given, std::span<const std::string> item_ids);

}  // namespace freshet

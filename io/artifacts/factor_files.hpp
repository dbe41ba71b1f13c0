// What:   the arrays that families of user and item factors have in common.
// Files:  U.npy [users x f], V.npy [items x f], item_bias.npy [items]. Where that is absent and the last column of U
//         holds nothing but 1, the last column of V is the bias, as the Python package `implicit` writes BPR; else all
//         are 0.
// Limits: 1 to 1024 factors.
// Errors: as checked_arrays.hpp; corrupted where shapes do not agree, naming both files.
#pragma once

#include <vector>

#include "core/base/result.hpp"
#include "core/linalg/matrix_view.hpp"
#include "io/artifacts/model_layout.hpp"

namespace freshet {

struct factor_arrays {
  matrix<float> users;
  matrix<float> items;
  std::vector<float> item_bias;
};

[[nodiscard]] result<factor_arrays> read_factors(const model_layout& layout);

/// Of a model with dense scores; the bias where it has one.
[[nodiscard]] status write_factors(const model_layout& layout, const loaded_model& trained);

/// A vector that must have one value for each of `rows`, "items" or the like.
[[nodiscard]] result<std::vector<float>> read_finite_vector_of(const std::filesystem::path& path, std::size_t rows,
                                                               std::string_view of_what);

}  // namespace freshet

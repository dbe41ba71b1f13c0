// What:   arrays of a model, read with what every family demands of them.
// Errors: as npy.hpp; corrupted for a value that is not finite, naming the file and the element.
#pragma once

#include <filesystem>
#include <span>
#include <vector>

#include "core/base/result.hpp"
#include "core/linalg/matrix_view.hpp"

namespace freshet {

[[nodiscard]] result<matrix<float>> read_finite_matrix(const std::filesystem::path& path);
[[nodiscard]] result<std::vector<float>> read_finite_vector(const std::filesystem::path& path);

}  // namespace freshet

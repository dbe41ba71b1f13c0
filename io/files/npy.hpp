// What:   NumPy's .npy, format version 1.0 and 2.0, little-endian, C order: float32 read and written; float64 read
//         and narrowed. One and two dimensions.
// Errors: corrupted with the path and what is wrong (magic, header, shape against the file's size), unsupported for
//         other types, Fortran order and object arrays (pickle, ever).
// Source: numpy.lib.format.
#pragma once

#include <filesystem>
#include <span>
#include <vector>

#include "core/base/result.hpp"
#include "core/linalg/matrix_view.hpp"

namespace freshet {

[[nodiscard]] result<matrix<float>> read_npy_matrix(const std::filesystem::path& path);
[[nodiscard]] result<std::vector<float>> read_npy_vector(const std::filesystem::path& path);
[[nodiscard]] status write_npy(const std::filesystem::path& path, matrix_view<const float> values);
[[nodiscard]] status write_npy(const std::filesystem::path& path, std::span<const float> values);

}  // namespace freshet

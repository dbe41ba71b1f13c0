// What:   NumPy's .npy, format version 1.0 and 2.0, little-endian, C order: float32 read and written; float64 read
//         and narrowed; uint32 (indices) written, and read from uint32 or int32. One and two dimensions.
// Errors: corrupted with the path and what is wrong (magic, header, shape against the file's size), unsupported for
//         other types, Fortran order and object arrays (pickle, ever).
// Memory: what is returned, and a MiB.
// Source: numpy.lib.format.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "core/base/result.hpp"
#include "core/linalg/matrix_view.hpp"

namespace freshet {

[[nodiscard]] result<matrix<float>> read_npy_matrix(const std::filesystem::path& path);
[[nodiscard]] result<std::vector<float>> read_npy_vector(const std::filesystem::path& path);
/// An int32 below 0 becomes a number from 2^31: bounds are the caller's to check.
[[nodiscard]] result<matrix<std::uint32_t>> read_npy_indices(const std::filesystem::path& path);
[[nodiscard]] status write_npy(const std::filesystem::path& path, matrix_view<const float> values);
[[nodiscard]] status write_npy(const std::filesystem::path& path, matrix_view<const std::uint32_t> values);
[[nodiscard]] status write_npy(const std::filesystem::path& path, std::span<const float> values);

/// Rows of an array of one or two dimensions, from its header.
[[nodiscard]] result<std::size_t> npy_rows(const std::filesystem::path& path);
/// Overwrites rows of floats with zeros where they lie, but for the last `keep_last` columns; on disk when it returns.
/// A crash can leave a part of it: for files that nobody else reads yet.
[[nodiscard]] status zero_npy_rows(const std::filesystem::path& path, std::span<const std::size_t> rows,
                                   std::size_t keep_last = 0);

}  // namespace freshet

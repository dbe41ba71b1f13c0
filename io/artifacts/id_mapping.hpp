// What:   user_mapping.json and item_mapping.json: {"id": row}, which id stands in which row of a model's arrays.
// Shapes: ids by row; the rows are 0..n-1, each once. A row of users may have no id: it was somebody's who was erased.
// Errors: corrupted naming the file and what is wrong: no JSON, a row missing, given twice or too large, an id given
//         twice; invalid_argument for an id that is empty, longer than 256 bytes or not UTF-8.
// Cost:   read and written as a stream; memory for the ids alone. A million ids in under a second.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/result.hpp"

namespace freshet {

enum class unnamed_rows { refused, allowed };

/// `rows`: how many there must be. The id of a row without one is empty.
[[nodiscard]] result<std::vector<std::string>> read_id_mapping(const std::filesystem::path& path, std::size_t rows,
                                                               unnamed_rows unnamed = unnamed_rows::refused);
[[nodiscard]] status write_id_mapping(const std::filesystem::path& path, const std::vector<std::string>& ids,
                                      unnamed_rows unnamed = unnamed_rows::refused);

}  // namespace freshet

// What:   the scalars of a YAML file as "section.key" -> value, in the order of the file; lists of scalars as one
//         value, the maps of a list by their names.
// Errors: io_failure when it cannot be read; invalid_argument with file and line for bad YAML, a key given twice, or a
//         file that is not a map.
// Limits: 1 MiB, 16 levels, 10,000 values (aliases can multiply).
#pragma once

#include <filesystem>

#include "config/assignment.hpp"
#include "core/base/result.hpp"

namespace freshet {

[[nodiscard]] result<assignments> read_yaml_file(const std::filesystem::path& path);

/// The *.yaml and *.yml of a directory in the order of their names; a file stands for itself.
[[nodiscard]] result<std::vector<std::filesystem::path>> yaml_files_of(const std::filesystem::path& path);

}  // namespace freshet

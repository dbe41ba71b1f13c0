// What: a stored model that a command line names.
#pragma once

#include <filesystem>

#include "core/base/result.hpp"
#include "io/artifacts/model_directory.hpp"

namespace freshet::tools {

/// A model directory, or an artifacts root, of which the current model is meant.
[[nodiscard]] result<loaded_model> load_model_at(const std::filesystem::path& directory);

}  // namespace freshet::tools

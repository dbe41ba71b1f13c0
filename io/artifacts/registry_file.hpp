// What: registry.json as a document, and the one way to change it. Internal to io/artifacts.
#pragma once

#include <filesystem>
#include <functional>

#include "core/base/result.hpp"
#include "io/artifacts/json_tree.hpp"

namespace freshet {

/// No file yet is an empty object.
[[nodiscard]] result<json_tree> read_registry_file(const std::filesystem::path& root);

/// Reads, lets `edit` change and writes the document under the lock; the copy before it becomes
/// registry.json.previous. Nothing is written when `edit` fails.
[[nodiscard]] status change_registry_file(const std::filesystem::path& root,
                                          const std::function<status(json_tree&)>& edit);

}  // namespace freshet

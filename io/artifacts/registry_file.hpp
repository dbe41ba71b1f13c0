// What: registry.json as a document, and the one way to change it. Internal to io/artifacts.
#pragma once

#include <filesystem>
#include <functional>
#include <string_view>

#include "core/base/clock.hpp"
#include "core/base/result.hpp"
#include "io/artifacts/json_tree.hpp"
#include "io/files/file_descriptor.hpp"

namespace freshet {

/// No file yet is an empty object.
[[nodiscard]] result<json_tree> read_registry_file(const std::filesystem::path& root);

/// Reads, lets `edit` change and writes the document under the lock; the copy before it becomes
/// registry.json.previous. Nothing is written when `edit` fails.
[[nodiscard]] status change_registry_file(const std::filesystem::path& root,
                                          const std::function<status(json_tree&)>& edit);

[[nodiscard]] std::filesystem::path registry_file(const std::filesystem::path& root);
[[nodiscard]] std::filesystem::path previous_registry_file(const std::filesystem::path& root);
/// Whoever holds it is the only one to change the registry; a crash lets go of it. Errors: unavailable when another
/// holds it for ten seconds.
[[nodiscard]] result<file_descriptor> lock_registry(const std::filesystem::path& root);

}  // namespace freshet

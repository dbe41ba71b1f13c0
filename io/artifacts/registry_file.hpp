// What: registry.json as a document, and the one way to change it. Internal to io/artifacts.
#pragma once

#include <filesystem>
#include <functional>
#include <string_view>

#include "core/base/clock.hpp"
#include "core/base/result.hpp"
#include "io/artifacts/json_tree.hpp"

namespace freshet {

/// No file yet is an empty object.
[[nodiscard]] result<json_tree> read_registry_file(const std::filesystem::path& root);

/// Reads, lets `edit` change and writes the document under the lock; the copy before it becomes
/// registry.json.previous. Nothing is written when `edit` fails.
[[nodiscard]] status change_registry_file(const std::filesystem::path& root,
                                          const std::function<status(json_tree&)>& edit);

/// One line of logs/registry_audit.log. Errors: io_failure; the registry is changed by then.
[[nodiscard]] status append_registry_audit(const std::filesystem::path& path, std::string_view action,
                                           std::string_view model_id, std::string_view previous, std::string_view by,
                                           const clock& time);

}  // namespace freshet

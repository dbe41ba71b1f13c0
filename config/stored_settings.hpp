// What:   settings that are kept with a database and hold wherever it is used: `settings.yaml` in its directory, which
//         `freshet configure` writes. Weaker than any other source but the defaults.
// Why:    a plain file: it is read before the database is opened, by whoever opens it, beside its owner too.
// Format: one line a setting, `section.key: "value"`, in the order of the keys.
// Errors: invalid_argument for a key that is unknown, a secret, or says where the database is; for a value that is not
//         accepted; io_failure.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "core/base/result.hpp"

namespace freshet {

[[nodiscard]] std::filesystem::path stored_settings_file(const std::filesystem::path& database);

/// By key; none when there is no file.
[[nodiscard]] result<std::map<std::string, std::string>> read_stored_settings(const std::filesystem::path& database);

/// The text of the file with these changes; nothing for a value = not stored any more.
[[nodiscard]] result<std::string> changed_stored_settings(
    const std::filesystem::path& database, const std::map<std::string, std::optional<std::string>>& changes);

}  // namespace freshet

// What: whether a service owns a database, and how to reach it.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>

namespace freshet::tools {

/// The socket of the service that owns the database; nothing when none does.
[[nodiscard]] std::optional<std::filesystem::path> service_of(const std::filesystem::path& database);

/// The process that owns it; nothing when none does.
[[nodiscard]] std::optional<pid_t> owner_of(const std::filesystem::path& database);

}  // namespace freshet::tools

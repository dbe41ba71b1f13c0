#include "tools/freshet/owner.hpp"

#include <fstream>

#include "io/store/owner_lock.hpp"

namespace freshet::tools {
namespace {

bool is_owned(const std::filesystem::path& database) {
  std::error_code unknown;
  if (!std::filesystem::is_directory(database, unknown)) return false;
  const auto lock = owner_lock::take(database);
  return !lock && lock.failure().code == error_code::conflict;
}

}  // namespace

std::optional<std::filesystem::path> service_of(const std::filesystem::path& database) {
  auto socket = std::filesystem::absolute(database) / "owner.sock";
  std::error_code unknown;
  if (!std::filesystem::exists(socket, unknown) || !is_owned(database)) return std::nullopt;
  return socket;
}

std::optional<pid_t> owner_of(const std::filesystem::path& database) {
  pid_t process = 0;
  if (!is_owned(database) || !(std::ifstream(database / "owner.pid") >> process) || process <= 0) return std::nullopt;
  return process;
}

}  // namespace freshet::tools

#include "io/artifacts/staging_directory.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <string>

#include "io/files/atomic_file.hpp"

namespace freshet {

staging_directory::staging_directory(std::filesystem::path target)
    : target_(std::move(target)),
      path_(target_.parent_path() /
            ("." + target_.filename().string() + "." + std::to_string(::getpid()) + ".saving")) {}

staging_directory::~staging_directory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

status staging_directory::put_in_place() const {
  const bool moved = ::rename(path_.c_str(), target_.c_str()) == 0 ||
                     ::renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, target_.c_str(), RENAME_EXCHANGE) == 0;
  if (!moved) return system_failure("cannot put the model in place at", target_);
  return sync_path(target_.parent_path());
}

std::filesystem::path as_target(const std::filesystem::path& directory) {
  std::error_code failed;
  auto target = std::filesystem::absolute(directory, failed).lexically_normal();
  if (!target.has_filename()) target = target.parent_path();
  return target;
}

}  // namespace freshet

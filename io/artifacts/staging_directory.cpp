#include "io/artifacts/staging_directory.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <random>
#include <string>
#include <utility>

#include "io/files/atomic_file.hpp"

namespace freshet {
namespace {

namespace fs = std::filesystem;

constexpr const char* ending = ".saving";
constexpr int attempts_max = 100;

fs::path some_name_beside(const fs::path& target) {
  std::random_device entropy;
  char number[12];
  std::snprintf(number, sizeof number, ".%08x", entropy());
  return target.parent_path() / ("." + target.filename().string() + number + ending);
}

bool is_staging(const fs::path& path) {
  const auto name = path.filename().string();
  return name.starts_with('.') && name.ends_with(ending);
}

file_descriptor open_directory(const fs::path& path) {
  return file_descriptor(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

/// Whoever removes abandoned ones may have come between: the lock must be on what the path names.
bool is_still(const fs::path& path, const file_descriptor& opened) {
  struct stat by_path {};
  struct stat by_number {};
  return ::stat(path.c_str(), &by_path) == 0 && ::fstat(opened.number(), &by_number) == 0 &&
         by_path.st_ino == by_number.st_ino && by_path.st_dev == by_number.st_dev;
}

}  // namespace

result<staging_directory> staging_directory::create(fs::path target) {
  std::error_code failed;
  fs::create_directories(target.parent_path(), failed);
  if (failed) {
    return error{error_code::io_failure, "cannot create " + target.parent_path().string() + ": " + failed.message()};
  }
  remove_abandoned_staging(target.parent_path(), reach::here);
  for (int attempt = 0; attempt < attempts_max; ++attempt) {
    const auto path = some_name_beside(target);
    if (::mkdir(path.c_str(), 0777) != 0) {
      if (errno == EEXIST) continue;
      return system_failure("cannot create", path);
    }
    auto held = open_directory(path);
    if (!held.is_open()) continue;
    // A file system without locks has nobody who removes abandoned ones either.
    if (::flock(held.number(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) continue;
    if (is_still(path, held)) return staging_directory(std::move(target), path, std::move(held));
  }
  return error{error_code::io_failure, "cannot create a directory beside " + target.string() + ": others remove it"};
}

staging_directory::staging_directory(staging_directory&& other) noexcept
    : target_(std::move(other.target_)), path_(std::exchange(other.path_, {})), held_(std::move(other.held_)) {}

staging_directory::~staging_directory() {
  std::error_code ignored;
  if (!path_.empty()) fs::remove_all(path_, ignored);
}

status staging_directory::put_in_place() const {
  const bool moved = ::rename(path_.c_str(), target_.c_str()) == 0 ||
                     ::renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, target_.c_str(), RENAME_EXCHANGE) == 0;
  if (!moved) return system_failure("cannot put what was made in its place at", target_);
  return sync_path(target_.parent_path());
}

void remove_abandoned_staging(const fs::path& directory, reach how_far) {
  std::error_code failed;
  for (fs::directory_iterator each(directory, failed), end; !failed && each != end; each.increment(failed)) {
    const auto& path = each->path();
    std::error_code ignored;
    if (!is_staging(path)) {
      const bool is_hidden = path.filename().string().starts_with('.');
      const bool enters = how_far == reach::below && !is_hidden && each->is_directory(ignored);
      if (enters && !each->is_symlink(ignored)) remove_abandoned_staging(path, how_far);
      continue;
    }
    const auto opened = open_directory(path);
    if (opened.is_open() && ::flock(opened.number(), LOCK_EX | LOCK_NB) == 0) fs::remove_all(path, ignored);
  }
}

fs::path as_target(const fs::path& directory) {
  std::error_code failed;
  auto target = fs::absolute(directory, failed).lexically_normal();
  if (!target.has_filename()) target = target.parent_path();
  return target;
}

}  // namespace freshet

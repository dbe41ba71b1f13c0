// What:    a directory that is made ready beside its place and put there in one step, so that nobody ever sees a part
//          of it: `.NAME.1f3c5a70.saving`.
// Crash:   whoever makes one holds a lock on it (flock), which the operating system lets go at the end of the process,
//          however it ends. One without such a holder is abandoned, and removed by whoever stages something beside it
//          next; ids of processes, which are used again, decide nothing.
// Errors:  io_failure naming the place.
#pragma once

#include <filesystem>

#include "core/base/result.hpp"
#include "io/files/file_descriptor.hpp"

namespace freshet {

class staging_directory {
 public:
  /// An empty one beside `target`, which is absolute and has a name; directories above it are made. Removed at the end
  /// with whatever lies in it then.
  static result<staging_directory> create(std::filesystem::path target);
  staging_directory(staging_directory&& other) noexcept;
  staging_directory& operator=(staging_directory&&) = delete;
  ~staging_directory();

  const std::filesystem::path& path() const { return path_; }
  /// Puts it in the place of the target in one step; what was there lies in `path` afterwards.
  status put_in_place() const;

 private:
  staging_directory(std::filesystem::path target, std::filesystem::path path, file_descriptor held)
      : target_(std::move(target)), path_(std::move(path)), held_(std::move(held)) {}

  std::filesystem::path target_;
  std::filesystem::path path_;
  file_descriptor held_;
};

/// Removes what killed processes left in this directory, and with `below` in those under it. What cannot be removed
/// stays for the next time.
enum class reach { here, below };
void remove_abandoned_staging(const std::filesystem::path& directory, reach how_far);

/// The path as staging_directory needs it.
[[nodiscard]] std::filesystem::path as_target(const std::filesystem::path& directory);

}  // namespace freshet

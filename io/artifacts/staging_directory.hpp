// What:   a directory that is made ready beside its place and put there in one step, so that nobody ever sees a part of
//         it.
// Errors: io_failure naming the place.
#pragma once

#include <filesystem>

#include "core/base/result.hpp"

namespace freshet {

class staging_directory {
 public:
  /// Beside `target`, which is absolute and has a name; removed at the end with whatever lies in it then.
  explicit staging_directory(std::filesystem::path target);
  ~staging_directory();
  staging_directory(const staging_directory&) = delete;
  staging_directory& operator=(const staging_directory&) = delete;

  const std::filesystem::path& path() const { return path_; }
  /// Puts it in the place of the target in one step; what was there lies in `path` afterwards.
  status put_in_place() const;

 private:
  std::filesystem::path target_;
  std::filesystem::path path_;
};

/// The path as staging_directory needs it.
[[nodiscard]] std::filesystem::path as_target(const std::filesystem::path& directory);

}  // namespace freshet

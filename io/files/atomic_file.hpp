// What:   replaces a file so that a reader, or a crash, sees the old content or the new, never a part: temporary file
//         beside it, fsync, rename, fsync of the directory.
// Errors: io_failure naming the path and the operating system's reason; the temporary file is removed.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "io/files/file_descriptor.hpp"

namespace freshet {

[[nodiscard]] status write_file_atomically(const std::filesystem::path& path, std::string_view content);
[[nodiscard]] result<std::string> read_file(const std::filesystem::path& path);
/// fsync of a file or directory.
[[nodiscard]] status sync_path(const std::filesystem::path& path);

/// The same for content that is too large to lie in memory: written piece by piece, in place only after `commit`.
/// Without one the destructor removes the temporary file and leaves the old content.
class atomic_file {
 public:
  static result<atomic_file> create(const std::filesystem::path& path);
  atomic_file(atomic_file&& other) noexcept = default;
  atomic_file& operator=(atomic_file&&) = delete;
  ~atomic_file();

  [[nodiscard]] status write(std::string_view bytes);
  [[nodiscard]] status commit();
  /// Where the bytes lie until then; for a library that opens files itself.
  const std::filesystem::path& temporary_path() const { return temporary_path_; }

 private:
  atomic_file(std::filesystem::path path, std::filesystem::path temporary_path, file_descriptor file)
      : path_(std::move(path)), temporary_path_(std::move(temporary_path)), file_(std::move(file)) {}

  std::filesystem::path path_;
  std::filesystem::path temporary_path_;
  file_descriptor file_;
};

}  // namespace freshet

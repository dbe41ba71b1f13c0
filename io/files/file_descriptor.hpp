// What:   an open file of the operating system, closed at the end of its life, and whole reads and writes on it.
// Errors: io_failure with the path and the operating system's reason; not_found when it does not exist.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>
#include <utility>

#include "core/base/result.hpp"

namespace freshet {

class file_descriptor {
 public:
  file_descriptor() = default;
  explicit file_descriptor(int number) : number_(number) {}
  file_descriptor(file_descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  file_descriptor& operator=(file_descriptor&& other) noexcept;
  ~file_descriptor();

  int number() const { return number_; }
  bool is_open() const { return number_ >= 0; }

 private:
  int number_ = -1;
};

/// The error of the last system call (errno), as "<what> <path>: <reason>".
[[nodiscard]] error system_failure(std::string_view what, const std::filesystem::path& path);

/// Refuses directories, whose descriptors open but do not read.
[[nodiscard]] result<file_descriptor> open_for_reading(const std::filesystem::path& path);
/// All of `bytes`, however many calls it takes.
[[nodiscard]] status write_fully(const file_descriptor& file, std::string_view bytes,
                                 const std::filesystem::path& path);
/// Fills the front of `buffer`; fewer bytes than it holds only at the end of the file.
[[nodiscard]] result<std::size_t> read_fully(const file_descriptor& file, std::span<char> buffer,
                                             const std::filesystem::path& path);

}  // namespace freshet

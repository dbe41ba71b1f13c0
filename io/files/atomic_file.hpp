// What:   replaces a file so that a reader, or a crash, sees the old content or the new, never a part: temporary file
//         beside it, fsync, rename, fsync of the directory.
// Errors: io_failure naming the path and the operating system's reason; the temporary file is removed.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace freshet {

[[nodiscard]] status write_file_atomically(const std::filesystem::path& path, std::string_view content);
[[nodiscard]] result<std::string> read_file(const std::filesystem::path& path);
/// fsync of a file or directory.
[[nodiscard]] status sync_path(const std::filesystem::path& path);

}  // namespace freshet

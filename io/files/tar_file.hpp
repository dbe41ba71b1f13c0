// What:    a tree of files as one tar archive, written and unpacked.
// Forms:   by the name: .tar.zst, .tar.gz (.tgz), .tar; on reading by the content.
// Safety:  an archive comes from anywhere: only files and directories below the target are unpacked; links, devices,
//          absolute names and steps upwards are refused.
// Errors:  invalid_argument for another ending, corrupted for what is no archive, is cut short or holds what is
//          refused, io_failure; each names the file.
// Cost:    streamed, a block of 256 KiB in memory.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/result.hpp"

namespace freshet {

/// One file of an archive: its name in there, and where its bytes lie or what they are.
struct tar_entry {
  std::string name;
  std::filesystem::path source;
  /// In place of a source.
  std::string text;
};

/// In place only when it is complete.
[[nodiscard]] status write_tar(const std::filesystem::path& path, const std::vector<tar_entry>& entries);
/// Into a directory that exists.
[[nodiscard]] status unpack_tar(const std::filesystem::path& path, const std::filesystem::path& into);

}  // namespace freshet

// What:   the rows of a file that were not taken, written aside for people to repair:
//         <file>.rejected.ndjson, one object a line: {"line": 3, "reason": "...", "row": "..."}.
// Rules:  made anew with the first bad row of a run; without one nothing is touched. Bytes that are not UTF-8 stand as
//         U+FFFD; the line number leads to the original.
// Errors: of the file; when it cannot be made beside the original, it is made in the other directory.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "io/files/file_descriptor.hpp"

namespace freshet {

class rejected_rows {
 public:
  /// What is added to a file's name.
  static constexpr std::string_view ending = ".rejected.ndjson";

  /// `source`: the file's path, "-" for standard input, whose rejected rows go to stdin.rejected.ndjson in
  /// `other_directory`.
  rejected_rows(const std::string& source, const std::filesystem::path& other_directory);

  status add(std::uint64_t line, std::string_view reason, std::string_view row);
  /// Everything added is in the file.
  status flush();
  /// Where they are; empty when there are none.
  const std::filesystem::path& path() const { return path_; }

 private:
  status create();

  std::filesystem::path beside_;
  std::filesystem::path elsewhere_;
  std::filesystem::path path_;
  file_descriptor file_;
  std::string pending_;
};

}  // namespace freshet

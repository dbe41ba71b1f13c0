// What: the text files of the repository as the tests of its rules see them.
// Why:  walks the directories instead of asking git, so that the rules hold in an unpacked release too.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace freshet::testing {

struct source_file {
  /// Relative to the root: "core/base/result.hpp".
  std::string path;
  std::vector<std::string> lines;

  bool is_code() const;
  bool is_header() const;
  /// "core/base", "io/store", "config", "actors", "tools", "tests".
  std::string module() const;
};

/// Code, scripts, configuration and documents; no build folders, nothing hidden, nothing that was downloaded.
std::vector<source_file> source_files();

/// "path:12", the line counted from 1.
std::string place(const source_file& file, std::size_t line_index);

/// The module of a path or of an include relative to the root; empty when it is none of the project's.
std::string module_of(const std::string& path);

}  // namespace freshet::testing

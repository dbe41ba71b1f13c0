// What: which files below a directory hold a text, byte for byte: what `grep -r` would find.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace freshet::testing {

/// Names of files are relative to `place`; links are not followed.
inline std::vector<std::string> files_with(const std::filesystem::path& place, const std::vector<std::string>& words) {
  std::vector<std::string> found;
  if (!std::filesystem::exists(place)) return found;
  for (const auto& file : std::filesystem::recursive_directory_iterator(place)) {
    if (file.is_symlink() || !file.is_regular_file()) continue;
    std::ifstream in(file.path(), std::ios::binary);
    const std::string bytes(std::istreambuf_iterator<char>(in), {});
    for (const auto& word : words) {
      if (bytes.find(word) == std::string::npos) continue;
      found.push_back(std::filesystem::relative(file.path(), place).string() + ": " + word);
    }
  }
  return found;
}

}  // namespace freshet::testing

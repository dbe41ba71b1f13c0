#include "tests/tidy/source_tree.hpp"

#include <algorithm>
#include <array>
#include <fstream>

namespace freshet::testing {

namespace {

namespace fs = std::filesystem;

constexpr std::array extensions{".cpp", ".hpp",  ".inc", ".md", ".txt", ".yaml", ".yml", ".json",    ".cmake", ".sh",
                                ".py",  ".html", ".css", ".js", ".ts",  ".tsx",  ".xml", ".service", ""};
constexpr std::array foreign_directories{"build",  "node_modules", "target",    "dist",
                                         "shared", "data",         "artifacts", "logs"};

bool is_foreign(const fs::path& directory) {
  const std::string name = directory.filename().string();
  return name.starts_with('.') || name.starts_with("build-") ||
         std::find(foreign_directories.begin(), foreign_directories.end(), name) != foreign_directories.end();
}

// core/data is a module, a data directory at the root holds databases.
bool is_module_directory(const fs::path& relative) {
  return relative == "core/data" || relative == "io/artifacts";
}

bool is_text(const fs::path& path) {
  const std::string extension = path.extension().string();
  return std::find(extensions.begin(), extensions.end(), extension) != extensions.end();
}

std::vector<std::string> lines_of(const fs::path& path) {
  std::vector<std::string> lines;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

}  // namespace

bool source_file::is_code() const {
  return path.ends_with(".cpp") || path.ends_with(".hpp") || path.ends_with(".inc");
}
bool source_file::is_header() const {
  return path.ends_with(".hpp");
}
std::string source_file::module() const {
  return module_of(path);
}

std::string module_of(const std::string& path) {
  const auto first = path.find('/');
  const std::string top = path.substr(0, first);
  if (first == std::string::npos) return {};
  if (top == "core" || top == "io") return path.substr(0, path.find('/', first + 1));
  for (const char* folder : {"config", "actors", "tools", "tests"}) {
    if (top == folder) return top;
  }
  return {};
}

std::vector<source_file> source_files() {
  const fs::path root = FRESHET_SOURCE_DIR;
  std::vector<source_file> files;
  for (auto entry = fs::recursive_directory_iterator(root); entry != fs::recursive_directory_iterator(); ++entry) {
    const auto relative = entry->path().lexically_relative(root);
    if (entry->is_directory()) {
      const bool in_tests = relative.string().starts_with("tests/") && !relative.filename().string().starts_with('.');
      if (is_foreign(relative) && !is_module_directory(relative) && !in_tests) entry.disable_recursion_pending();
    } else if (entry->is_regular_file() && is_text(relative) && !relative.filename().string().starts_with('.')) {
      files.push_back({relative.string(), lines_of(entry->path())});
    }
  }
  std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  return files;
}

std::string place(const source_file& file, std::size_t line_index) {
  return file.path + ":" + std::to_string(line_index + 1);
}

}  // namespace freshet::testing

// The arrows of the architecture: who may include whom, and where a library's types may appear.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <optional>
#include <regex>
#include <set>
#include <sstream>

#include "tests/tidy/source_tree.hpp"

namespace freshet {
namespace {

using testing::module_of;
using testing::place;
using testing::source_file;

// Arrows point at the same or a smaller number.
int layer_of(const std::string& module) {
  static const std::map<std::string, int> layers{
      {"core/base", 0},    {"core/linalg", 1}, {"core/data", 2},    {"core/filters", 3},
      {"core/content", 3}, {"core/models", 4}, {"core/ranking", 5}, {"core/evaluation", 6},
      {"config", 7},       {"actors", 9},      {"tools", 10},       {"tests", 11},
  };
  const auto found = layers.find(module);
  if (found != layers.end()) return found->second;
  return module.starts_with("io/") ? 8 : -1;
}

struct include_line {
  std::string target;
  bool quoted;
};

std::optional<include_line> include_of(const std::string& line) {
  static const std::regex form(R"re(^\s*#\s*include\s*([<"])([^>"]+)[>"])re");
  std::smatch match;
  if (!std::regex_search(line, match, form)) return std::nullopt;
  return include_line{match[2], match[1] == "\""};
}

/// Folder -> the folders it uses, directly and through others, as CMakeLists.txt declares them.
std::map<std::string, std::set<std::string>> declared_uses() {
  std::ostringstream text;
  text << std::ifstream(std::string(FRESHET_SOURCE_DIR) + "/CMakeLists.txt").rdbuf();
  std::map<std::string, std::set<std::string>> uses;
  static const std::regex declaration(R"(freshet_module\(([^)]*)\))");
  const std::string cmake = text.str();
  for (std::sregex_iterator at(cmake.begin(), cmake.end(), declaration), end; at != end; ++at) {
    std::istringstream words((*at)[1]);
    std::string folder;
    words >> folder;
    std::set<std::string> used{folder};
    for (std::string word; words >> word && word != "LINKS";) {
      // Declared in order, so what it uses is complete already.
      const auto known = uses.find(word);
      if (known != uses.end()) used.insert(known->second.begin(), known->second.end());
      if (word != "USES") used.insert(word);
    }
    uses[folder] = used;
  }
  return uses;
}

TEST(includes, point_only_to_the_left) {
  for (const auto& file : testing::source_files()) {
    if (!file.is_code() || file.module().empty()) continue;
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      const auto include = include_of(file.lines[i]);
      if (!include || !include->quoted) continue;
      const std::string target = module_of(include->target);
      EXPECT_GE(layer_of(target), 0) << place(file, i) << ": " << include->target << " is not relative to the root";
      EXPECT_LE(layer_of(target), layer_of(file.module())) << place(file, i) << " includes " << include->target;
    }
  }
}

TEST(includes, between_adapters_follow_what_cmake_declares) {
  const auto uses = declared_uses();
  ASSERT_TRUE(uses.contains("io/artifacts"));
  for (const auto& file : testing::source_files()) {
    if (!file.is_code() || !file.module().starts_with("io/")) continue;
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      const auto include = include_of(file.lines[i]);
      if (!include || !include->quoted || !include->target.starts_with("io/")) continue;
      EXPECT_TRUE(uses.at(file.module()).contains(module_of(include->target)))
          << place(file, i) << ": CMakeLists.txt does not let " << file.module() << " use " << include->target;
    }
  }
}

// A declaration that points right would link, whatever the include lines say.
TEST(includes, cmake_declares_no_arrow_to_the_right) {
  const auto uses = declared_uses();
  for (const auto& [folder, used] : uses) {
    for (const auto& other : used) EXPECT_LE(layer_of(other), layer_of(folder)) << folder << " uses " << other;
  }
}

struct library {
  std::string front;  // what its includes start with
  std::vector<std::string> adapters;
};

// Where each library may appear; a folder stands for everything below it.
const std::vector<library>& libraries() {
  static const std::vector<library> all{
      {"CLI/", {"tools"}},
      {"Eigen/", {"core"}},
      {"absl/container/", {"core", "io", "actors"}},
      {"archive", {"io/files"}},
      {"arrow/", {"io/files"}},
      {"boost/asio", {"io/http"}},
      {"boost/beast", {"io/http"}},
      {"boost/json", {"io", "tools"}},
      {"boost/spirit", {"core/filters"}},
      {"boost/url", {"io/http"}},
      {"caf/", {"actors"}},
      {"cblas", {"core/linalg"}},
      {"date/", {"io/events", "io/files"}},
      {"faiss/", {"core/ranking"}},
      {"lapack", {"core/linalg"}},
      {"librdkafka/", {"io/events"}},
      {"omp.h", {"core/ranking"}},
      {"openssl/", {"core/base"}},
      {"parquet/", {"io/files"}},
      {"prometheus/", {"io/telemetry"}},
      {"rocksdb/", {"io/store", "io/files"}},
      {"simdjson", {"io/events", "io/store"}},
      {"spdlog/", {"io/telemetry"}},
      {"systemd/", {"tools"}},
      {"xxhash", {"core/base", "io/events", "io/artifacts"}},
      {"yaml-cpp/", {"config"}},
      {"zlib", {"io/files", "io/http"}},
  };
  return all;
}

// Of the language or the operating system.
bool is_system_header(const std::string& include) {
  static const std::regex standard("^[a-z_0-9]+$");
  static const std::set<std::string> posix{"cpuid.h",  "dirent.h", "dlfcn.h",   "fcntl.h",   "immintrin.h",
                                           "malloc.h", "netdb.h",  "poll.h",    "pthread.h", "sched.h",
                                           "signal.h", "spawn.h",  "termios.h", "unistd.h",  "arpa/inet.h"};
  return std::regex_match(include, standard) || posix.contains(include) || include.starts_with("sys/") ||
         include.starts_with("netinet/") || include.starts_with("linux/");
}

TEST(includes, keep_each_library_in_its_adapter) {
  for (const auto& file : testing::source_files()) {
    if (!file.is_code() || file.module().empty() || file.module() == "tests") continue;
    // Benchmarks measure libraries against each other.
    if (file.path.starts_with("tools/bench/")) continue;
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      const auto include = include_of(file.lines[i]);
      if (!include || include->quoted || is_system_header(include->target)) continue;
      const library* from = nullptr;
      for (const auto& each : libraries()) {
        if (include->target.starts_with(each.front)) from = &each;
      }
      ASSERT_NE(from, nullptr) << place(file, i) << ": " << include->target << " has no adapter in this test's table";
      const bool allowed =
          std::any_of(from->adapters.begin(), from->adapters.end(),
                      [&file](const std::string& folder) { return file.path.starts_with(folder + "/"); });
      EXPECT_TRUE(allowed) << place(file, i) << ": " << include->target << " belongs in " << from->adapters.front();
    }
  }
}

}  // namespace
}  // namespace freshet

#include "config/yaml_file.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <set>

namespace freshet {

namespace {

constexpr std::size_t bytes_max = 1 << 20;
constexpr int depth_max = 16;
constexpr std::size_t values_max = 10'000;

struct flattener {
  std::string file;
  assignments found;
  std::set<std::string> keys;

  std::string place(const YAML::Node& node) const {
    return file + ":" + std::to_string(node.Mark().is_null() ? 1 : node.Mark().line + 1);
  }
  error refuse(const YAML::Node& node, const std::string& why) const {
    return {error_code::invalid_argument, place(node) + ": " + why};
  }

  status add(const YAML::Node& at, std::string key, std::string value, bool is_list) {
    if (found.size() >= values_max) return refuse(at, "more than 10000 values");
    if (!keys.insert(key).second) return refuse(at, key + " is given twice in this file; keep one");
    found.push_back({std::move(key), std::move(value), place(at), is_list});
    return success{};
  }

  /// Scalars as one value; maps with a name each as if they stood by their names: `keys: [{name: a, scopes: [read]}]`
  /// is `keys: {a: {scopes: [read]}}`.
  status walk_list(const YAML::Node& at, const std::string& key, const YAML::Node& list, int depth) {
    const bool has_maps = std::any_of(list.begin(), list.end(), [](const YAML::Node& entry) { return entry.IsMap(); });
    std::string joined;
    for (const auto& entry : list) {
      if (!has_maps && entry.IsScalar()) {
        joined += (joined.empty() ? "" : ", ") + entry.Scalar();
        continue;
      }
      const YAML::Node name = has_maps && entry.IsMap() ? entry["name"] : YAML::Node();
      if (!name || !name.IsScalar())
        return refuse(entry, "an entry of " + key + " must be " + (has_maps ? "a map with a name" : "a plain value"));
      FRESHET_TRY(walk(entry, key + "." + name.Scalar() + ".", depth + 1, "name"));
    }
    if (has_maps) return success{};
    return add(at, key, std::move(joined), true);
  }

  status walk(const YAML::Node& node, const std::string& prefix, int depth, std::string_view skipped = {}) {
    if (depth > depth_max) return refuse(node, "nested more than 16 levels deep");
    for (const auto& member : node) {
      if (!member.first.IsScalar()) return refuse(member.first, "a key must be a plain word");
      if (member.first.Scalar() == skipped) continue;
      const std::string key = prefix + member.first.Scalar();
      const YAML::Node& value = member.second;
      if (value.IsMap()) {
        FRESHET_TRY(walk(value, key + ".", depth + 1));
      } else if (value.IsScalar()) {
        FRESHET_TRY(add(member.first, key, value.Scalar(), false));
      } else if (value.IsSequence()) {
        FRESHET_TRY(walk_list(member.first, key, value, depth));
      }
      // A key without a value, such as a section whose lines are all commented out, sets nothing.
    }
    return success{};
  }
};

result<std::string> read_small_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return error{error_code::io_failure, path.string() + ": cannot be read: " + std::strerror(errno)};
  }
  std::string text(bytes_max + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad()) return error{error_code::io_failure, path.string() + ": cannot be read; give a YAML file"};
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > bytes_max) return error{error_code::invalid_argument, path.string() + ": larger than 1 MiB"};
  return text;
}

}  // namespace

result<assignments> read_yaml_file(const std::filesystem::path& path) {
  FRESHET_ASSIGN(const std::string text, read_small_file(path));
  try {
    const YAML::Node root = YAML::Load(text);
    flattener all{path.string(), {}, {}};
    if (root.IsNull()) return assignments{};
    if (!root.IsMap()) return all.refuse(root, "expected sections with keys, such as `server:`");
    FRESHET_TRY(all.walk(root, "", 0));
    return std::move(all.found);
  } catch (const YAML::Exception& why) {
    return error{error_code::invalid_argument,
                 path.string() + ":" + std::to_string(why.mark.line + 1) + ": not valid YAML: " + why.msg};
  }
}

result<std::vector<std::filesystem::path>> yaml_files_of(const std::filesystem::path& path) {
  std::error_code failed;
  if (!std::filesystem::is_directory(path, failed)) return std::vector<std::filesystem::path>{path};
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(path, failed)) {
    const auto extension = entry.path().extension();
    if (extension == ".yaml" || extension == ".yml") files.push_back(entry.path());
  }
  if (failed) return error{error_code::io_failure, path.string() + ": cannot be listed: " + failed.message()};
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace freshet

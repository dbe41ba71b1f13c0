#include "io/artifacts/model_layout.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "io/artifacts/json_tree.hpp"
#include "io/files/atomic_file.hpp"

namespace freshet {

namespace {

/// What stands behind the type in names of files that tell it.
std::set<std::string> type_endings() {
  std::set<std::string> endings{"_metadata.json", "_params.json"};
  for (const auto& family : model_families()) endings.insert("_" + std::string(family.main_array));
  return endings;
}

/// Types that the directory has files of, known or not.
std::set<std::string> types_in(const std::vector<std::string>& names) {
  std::set<std::string> types;
  const auto endings = type_endings();
  for (const auto& name : names) {
    for (const auto& ending : endings) {
      if (name.size() > ending.size() && name.ends_with(ending)) {
        types.insert(name.substr(0, name.size() - ending.size()));
      }
    }
  }
  return types;
}

/// Bare names do not say the family; metadata.json or params.json may.
std::string type_of_bare_files(const std::filesystem::path& directory) {
  for (const char* name : {"metadata.json", "params.json"}) {
    const auto text = read_file(directory / name);
    if (!text) continue;
    const auto tree = parse_json(*text);
    if (!tree) continue;
    if (const json_tree* type = tree->find("model_type"); type != nullptr && type->text()) return *type->text();
  }
  return "als";
}

error not_served(const std::filesystem::path& directory, const std::string& type) {
  return {error_code::unsupported,
          directory.string() + " holds a model of type " + type + "; this version serves " + family_names()};
}

}  // namespace

result<model_layout> find_layout(const std::filesystem::path& directory) {
  std::vector<std::string> names;
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(directory, failed)) {
    names.push_back(entry.path().filename().string());
  }
  if (failed) {
    return error{error_code::not_found, directory.string() + ": no model directory: " + failed.message()};
  }
  // Names of other programs' files (best_params.json) look like a type; those that are served come first.
  std::set<std::string> served = types_in(names);
  std::set<std::string> others;
  for (const auto& type : std::exchange(served, {})) (find_family(type) != nullptr ? served : others).insert(type);
  if (served.size() > 1) {
    return error{error_code::conflict, directory.string() + " holds files of " + *served.begin() + " and " +
                                           *std::next(served.begin()) + "; keep one model in a directory"};
  }
  if (served.size() == 1) return model_layout{directory, *served.begin(), *served.begin() + "_"};
  if (std::find(names.begin(), names.end(), "V.npy") != names.end()) {
    std::string type = type_of_bare_files(directory);
    if (find_family(type) == nullptr) return not_served(directory, type);
    return model_layout{directory, std::move(type), ""};
  }
  if (!others.empty()) return not_served(directory, *others.begin());
  return error{error_code::not_found,
               directory.string() + " holds no model: expected <type>_V.npy or another family's arrays; served are " +
                   family_names()};
}

}  // namespace freshet

// What: which files make a model directory, and the families that can be served from one.
// Names: <type>_V.npy and so on, or the bare names V.npy, params.json, metadata.json of older programs.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "io/artifacts/model_directory.hpp"

namespace freshet {

inline constexpr const char* item_mapping_file = "item_mapping.json";
inline constexpr const char* user_mapping_file = "user_mapping.json";
/// Below a blend: the model directories it was made of.
inline constexpr const char* parts_directory = "parts";

struct model_layout {
  std::filesystem::path directory;
  std::string type;
  /// "als_", or empty for bare names.
  std::string prefix;

  /// `file("V.npy")` is <directory>/als_V.npy.
  std::filesystem::path file(std::string_view name) const { return directory / (prefix + std::string(name)); }
  std::filesystem::path metadata() const { return file("metadata.json"); }
  std::filesystem::path params() const { return file("params.json"); }
};

/// Finds the family by its files. Errors: not_found when there is no model, unsupported for a family that this version
/// does not serve, conflict for files of more than one family.
[[nodiscard]] result<model_layout> find_layout(const std::filesystem::path& directory);

/// How one family lies on disk.
struct model_family {
  std::string_view type;
  /// The array without which there is no model of this family: "V.npy".
  std::string_view main_array;
  bool has_users = false;
  /// Fills served and user_factors; params are read already.
  status (*load)(const model_layout& layout, loaded_model& into) = nullptr;
  /// Writes the arrays.
  status (*save)(const model_layout& layout, const loaded_model& trained) = nullptr;
};

/// One entry a family: a new one is added in model_families.cpp and nowhere else.
[[nodiscard]] const std::vector<model_family>& model_families();
/// nullptr for a type that is not served.
[[nodiscard]] const model_family* find_family(std::string_view type);
/// "als, bert_als, popularity"
[[nodiscard]] std::string family_names();

}  // namespace freshet

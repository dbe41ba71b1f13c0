#include "io/artifacts/user_erasure.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "io/artifacts/checksum.hpp"
#include "io/artifacts/id_mapping.hpp"
#include "io/artifacts/json_tree.hpp"
#include "io/artifacts/model_layout.hpp"
#include "io/artifacts/model_metadata.hpp"
#include "io/artifacts/registry.hpp"
#include "io/artifacts/staging_directory.hpp"
#include "io/files/atomic_file.hpp"
#include "io/files/npy.hpp"

namespace freshet {
namespace {

namespace fs = std::filesystem;

constexpr const char* parts_file = "parts.json";

/// A directory with users of its own, and the rows of it that must go.
struct affected {
  /// From the model's directory on: ".", or "parts/0_als".
  fs::path below;
  std::vector<std::string> ids;
  std::vector<std::size_t> rows;
};

/// The directory of the model that this mapping belongs to: of a blend, not that of its part.
fs::path model_of(const fs::path& mapping) {
  fs::path model;
  for (const auto& step : mapping.parent_path()) {
    if (step == parts_directory) return model;
    model /= step;
  }
  return model;
}

/// Model directories with users below a root.
result<std::set<fs::path>> models_below(const fs::path& root) {
  std::set<fs::path> models;
  std::error_code failed;
  if (!fs::exists(root, failed)) return models;
  fs::recursive_directory_iterator files(root, failed);
  for (; !failed && files != fs::recursive_directory_iterator(); files.increment(failed)) {
    const auto& path = files->path();
    // A model that is being saved is checked when it is loaded.
    if (files->is_directory() && path.filename().string().starts_with('.')) files.disable_recursion_pending();
    if (path.filename() == user_mapping_file) models.insert(model_of(as_target(path)));
  }
  if (failed) return error{error_code::io_failure, root.string() + " cannot be read: " + failed.message()};
  return models;
}

result<std::vector<affected>> find_affected(const fs::path& model, const user_to_erase& is_erased) {
  std::vector<affected> found;
  std::error_code failed;
  for (fs::recursive_directory_iterator files(model, failed); !failed && files != fs::recursive_directory_iterator();
       files.increment(failed)) {
    if (files->path().filename() != user_mapping_file) continue;
    const auto directory = files->path().parent_path();
    FRESHET_ASSIGN(const auto layout, find_layout(directory));
    FRESHET_ASSIGN(const auto rows, npy_rows(layout.file("U.npy")));
    FRESHET_ASSIGN(auto ids, read_id_mapping(files->path(), rows, unnamed_rows::allowed));
    affected part{.below = fs::relative(directory, model), .ids = std::move(ids), .rows = {}};
    for (std::size_t row = 0; row < part.ids.size(); ++row) {
      if (part.ids[row].empty()) continue;
      FRESHET_ASSIGN(const bool goes, is_erased(part.ids[row]));
      if (!goes) continue;
      part.ids[row].clear();
      part.rows.push_back(row);
    }
    if (!part.rows.empty()) found.push_back(std::move(part));
  }
  if (failed) return error{error_code::io_failure, model.string() + " cannot be read: " + failed.message()};
  return found;
}

/// A file of its own in the place of a link.
status unlink_from_original(const fs::path& path) {
  auto copy = path;
  copy += ".copy";
  std::error_code failed;
  fs::copy_file(path, copy, failed);
  if (!failed) fs::rename(copy, path, failed);
  if (failed) return error{error_code::io_failure, path.string() + " cannot be copied: " + failed.message()};
  return success{};
}

/// The last column of a model without a bias file is 1 for everybody where the items' last column is their bias; it
/// must stay so, or it would become a factor.
result<std::size_t> columns_to_keep(const model_layout& layout) {
  std::error_code unknown;
  if (fs::exists(layout.file("item_bias.npy"), unknown)) return 0;
  FRESHET_ASSIGN(const auto users, read_npy_matrix(layout.file("U.npy")));
  if (users.columns() < 2) return 0;
  for (std::size_t row = 0; row < users.rows(); ++row) {
    if (users.row(row)[users.columns() - 1] != 1) return 0;
  }
  return 1;
}

/// In a directory whose files are links.
status blank_rows(const fs::path& directory, const affected& part) {
  FRESHET_ASSIGN(const auto layout, find_layout(directory));
  FRESHET_ASSIGN(const auto kept, columns_to_keep(layout));
  std::map<std::string, std::string> checksums;
  for (const char* array : {"U.npy", "user_bias.npy"}) {
    const auto path = layout.file(array);
    std::error_code unknown;
    if (!fs::exists(path, unknown)) continue;
    FRESHET_TRY(unlink_from_original(path));
    FRESHET_TRY(zero_npy_rows(path, part.rows, path == layout.file("U.npy") ? kept : 0));
    FRESHET_ASSIGN(checksums[path.filename().string()], checksum_of_file(path));
  }
  const auto mapping = directory / user_mapping_file;
  FRESHET_TRY(write_id_mapping(mapping, part.ids, unnamed_rows::allowed));
  FRESHET_ASSIGN(checksums[user_mapping_file], checksum_of_file(mapping));
  return replace_checksums(layout.metadata(), checksums);
}

/// A blend names the checksums of its parts' metadata, and its metadata that of the file in which it does.
status name_parts_anew(const fs::path& directory) {
  std::error_code unknown;
  if (!fs::is_directory(directory / parts_directory, unknown)) return success{};
  FRESHET_ASSIGN(const auto layout, find_layout(directory));
  const auto path = layout.file(parts_file);
  FRESHET_ASSIGN(const auto text, read_file(path));
  auto tree = parse_json(text);
  if (!tree) return in_context(path.string(), tree.failure());
  const json_tree* listed = tree->find("parts");
  json_tree parts = json_tree::of_array();
  for (auto part : listed == nullptr ? std::vector<json_tree>() : listed->elements()) {
    const json_tree* below = part.find("directory");
    if (below != nullptr && below->text() && part.find("checksum") != nullptr) {
      const auto part_directory = directory / *below->text();
      FRESHET_TRY(name_parts_anew(part_directory));
      FRESHET_ASSIGN(const auto part_layout, find_layout(part_directory));
      FRESHET_ASSIGN(const auto checksum, checksum_of_file(part_layout.metadata()));
      part.set("checksum", json_tree::of_text(checksum));
    }
    parts.append(std::move(part));
  }
  tree->set("parts", std::move(parts));
  FRESHET_TRY(write_file_atomically(path, tree->pretty()));
  FRESHET_ASSIGN(const auto checksum, checksum_of_file(path));
  return replace_checksums(layout.metadata(), {{path.filename().string(), checksum}});
}

/// How many rows went.
result<std::uint64_t> erase_from(const fs::path& model, const user_to_erase& is_erased) {
  FRESHET_ASSIGN(const auto parts, find_affected(model, is_erased));
  if (parts.empty()) return std::uint64_t{0};
  FRESHET_ASSIGN(const auto staging, staging_directory::create(model));
  std::error_code failed;
  fs::copy(model, staging.path(), fs::copy_options::recursive | fs::copy_options::create_hard_links, failed);
  if (failed) {
    return error{error_code::io_failure, model.string() + " cannot be copied beside itself: " + failed.message()};
  }
  std::uint64_t rows = 0;
  for (const auto& part : parts) {
    FRESHET_TRY(blank_rows(staging.path() / part.below, part));
    rows += part.rows.size();
  }
  FRESHET_TRY(name_parts_anew(staging.path()));
  FRESHET_TRY(sync_path(staging.path()));
  FRESHET_TRY(staging.put_in_place());
  return rows;
}

}  // namespace

result<model_erasure> erase_users_from_models(const fs::path& artifacts, const user_to_erase& is_erased) {
  // What a training that was killed has left holds users too.
  remove_abandoned_staging(artifacts, reach::below);
  FRESHET_ASSIGN(auto models, models_below(artifacts));
  std::error_code unknown;
  if (fs::exists(artifacts / "registry.json", unknown)) {
    FRESHET_ASSIGN(const auto known, registry::read(artifacts));
    for (const auto& each : known.models()) {
      FRESHET_ASSIGN(const auto more, models_below(each.path));
      models.insert(more.begin(), more.end());
    }
  }
  model_erasure sum;
  for (const auto& model : models) {
    const auto rows = erase_from(model, is_erased);
    // Pruned meanwhile.
    if (!rows && !fs::exists(model, unknown)) continue;
    if (!rows) return rows.failure();
    sum.models += *rows > 0 ? 1 : 0;
    sum.rows += *rows;
  }
  return sum;
}

}  // namespace freshet

#include "core/base/check.hpp"
#include "io/artifacts/checksum.hpp"
#include "io/artifacts/id_mapping.hpp"
#include "io/artifacts/json_tree.hpp"
#include "io/artifacts/model_directory.hpp"
#include "io/artifacts/model_layout.hpp"
#include "io/artifacts/model_metadata.hpp"
#include "io/artifacts/staging_directory.hpp"
#include "io/files/atomic_file.hpp"

namespace freshet {

namespace {

/// Only an empty directory or an older model may be replaced.
status check_replaceable(const std::filesystem::path& directory) {
  std::error_code failed;
  if (!std::filesystem::exists(directory, failed)) return success{};
  for (const auto& entry : std::filesystem::directory_iterator(directory, failed)) {
    const std::string name = entry.path().filename().string();
    if (entry.is_directory() && name == parts_directory) continue;
    // What a search over parameters left beside its model.
    if (name == "trials.csv" || name == "trials.svg") continue;
    if (entry.is_regular_file() && (name.ends_with(".npy") || name.ends_with(".json"))) continue;
    return error{error_code::conflict, directory.string() + " holds " + name +
                                           ", which is no part of a model; give an empty or new directory"};
  }
  if (failed) {
    return error{error_code::io_failure, directory.string() + ": cannot be replaced: " + failed.message()};
  }
  if (std::filesystem::exists(directory / "registry.json", failed)) {
    return error{error_code::conflict, directory.string() + " holds a registry; give a model directory below it"};
  }
  return success{};
}

status write_files(const model_layout& layout, const loaded_model& trained, const model_family& family) {
  FRESHET_TRY(family.save(layout, trained));
  FRESHET_TRY(write_file_atomically(layout.params(), trained.params));
  FRESHET_TRY(write_id_mapping(layout.directory / item_mapping_file, trained.item_ids));
  if (family.has_users)
    FRESHET_TRY(write_id_mapping(layout.directory / user_mapping_file, trained.user_ids, unnamed_rows::allowed));

  std::map<std::string, std::string> checksums;
  for (const auto& entry : std::filesystem::directory_iterator(layout.directory)) {
    // Parts of a blend have checksums of their own.
    if (entry.is_directory()) continue;
    FRESHET_ASSIGN(checksums[entry.path().filename().string()], checksum_of_file(entry.path()));
  }
  model_metadata metadata = trained.metadata;
  metadata.model_type = layout.type;
  metadata.users = trained.user_factors.rows();
  metadata.items = trained.served->items();
  metadata.factors = trained.served->factors();
  return write_file_atomically(layout.metadata(), render_metadata(metadata, checksums));
}

}  // namespace

status save_model(const std::filesystem::path& directory, const loaded_model& trained) {
  FRESHET_CHECK(trained.served != nullptr && trained.item_ids.size() == trained.served->items());
  FRESHET_CHECK(trained.user_ids.size() == trained.user_factors.rows());
  const std::string type =
      trained.metadata.model_type.empty() ? std::string(trained.served->type()) : trained.metadata.model_type;
  const model_family* family = find_family(type);
  FRESHET_CHECK(family != nullptr, "a family that is trained must have an entry in model_families()");
  const auto params = parse_json(trained.params);
  FRESHET_CHECK(params && params->is_object(), "params must be a JSON object");

  const auto target = as_target(directory);
  FRESHET_TRY(check_replaceable(target));
  FRESHET_ASSIGN(const auto staging, staging_directory::create(target));
  FRESHET_TRY(write_files({staging.path(), type, type + "_"}, trained, *family));
  FRESHET_TRY(sync_path(staging.path()));
  return staging.put_in_place();
}

}  // namespace freshet

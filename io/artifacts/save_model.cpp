#include <fcntl.h>
#include <unistd.h>

#include <cstdio>

#include "core/base/check.hpp"
#include "io/artifacts/checksum.hpp"
#include "io/artifacts/id_mapping.hpp"
#include "io/artifacts/json_tree.hpp"
#include "io/artifacts/model_directory.hpp"
#include "io/artifacts/model_layout.hpp"
#include "io/artifacts/model_metadata.hpp"
#include "io/files/atomic_file.hpp"

namespace freshet {

namespace {

/// A directory beside the target, removed unless it became the target.
class staging_directory {
 public:
  explicit staging_directory(const std::filesystem::path& target)
      : path_(target.parent_path() /
              ("." + target.filename().string() + "." + std::to_string(::getpid()) + ".saving")) {}
  ~staging_directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  staging_directory(const staging_directory&) = delete;
  staging_directory& operator=(const staging_directory&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

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
  if (family.has_users) FRESHET_TRY(write_id_mapping(layout.directory / user_mapping_file, trained.user_ids));

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

/// Puts `from` in the place of `to` in one step; what was there is at `from` afterwards.
status exchange(const std::filesystem::path& from, const std::filesystem::path& to) {
  const bool moved = ::rename(from.c_str(), to.c_str()) == 0 ||
                     ::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_EXCHANGE) == 0;
  if (!moved) return system_failure("cannot put the model in place at", to);
  return sync_path(to.parent_path());
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

  std::error_code failed;
  auto target = std::filesystem::absolute(directory, failed).lexically_normal();
  if (!target.has_filename()) target = target.parent_path();
  FRESHET_TRY(check_replaceable(target));
  const staging_directory staging(target);
  std::filesystem::create_directories(staging.path(), failed);
  if (failed) {
    return error{error_code::io_failure, staging.path().string() + ": cannot be created: " + failed.message()};
  }
  FRESHET_TRY(write_files({staging.path(), type, type + "_"}, trained, *family));
  FRESHET_TRY(sync_path(staging.path()));
  return exchange(staging.path(), target);
}

}  // namespace freshet

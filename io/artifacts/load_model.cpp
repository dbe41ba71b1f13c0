#include <sys/stat.h>

#include <algorithm>
#include <map>

#include "io/artifacts/checksum.hpp"
#include "io/artifacts/id_mapping.hpp"
#include "io/artifacts/model_directory.hpp"
#include "io/artifacts/model_layout.hpp"
#include "io/artifacts/model_metadata.hpp"
#include "io/files/atomic_file.hpp"

namespace freshet {

namespace {

/// What tells that a file is another one than before: identity, size, time of change.
using file_facts = std::tuple<ino_t, off_t, time_t, long>;
using directory_facts = std::map<std::string, file_facts>;

directory_facts facts_of(const std::filesystem::path& directory) {
  directory_facts facts;
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(directory, failed)) {
    struct stat found {};
    if (::stat(entry.path().c_str(), &found) != 0) continue;
    facts[entry.path().filename().string()] = {found.st_ino, found.st_size, found.st_mtim.tv_sec,
                                               found.st_mtim.tv_nsec};
  }
  return facts;
}

/// Compares every file with its checksum, and requires one for every file of the model.
status verify_checksums(const model_layout& layout, const std::map<std::string, std::string>& checksums,
                        const directory_facts& present) {
  for (const auto& [file, expected] : checksums) {
    const auto path = layout.directory / file;
    FRESHET_ASSIGN(const std::string actual, checksum_of_file(path));
    if (actual == expected) continue;
    return error{error_code::corrupted, path.string() + " does not match its checksum in " +
                                            layout.metadata().filename().string() + "; copy the model again"};
  }
  for (const auto& [file, facts] : present) {
    const bool is_mapping = file == item_mapping_file || file == user_mapping_file;
    const bool is_ours = is_mapping || (!layout.prefix.empty() && file.starts_with(layout.prefix));
    if (!is_ours || checksums.contains(file) || layout.directory / file == layout.metadata()) continue;
    return error{error_code::corrupted, (layout.directory / file).string() + " has no checksum in " +
                                            layout.metadata().filename().string() +
                                            "; remove it, or copy the model again"};
  }
  return success{};
}

status check_claim(const std::filesystem::path& metadata, const char* what, std::optional<std::uint64_t> claimed,
                   std::size_t actual) {
  if (!claimed || *claimed == actual) return success{};
  return error{error_code::corrupted, metadata.string() + " names " + std::to_string(*claimed) + " " + what +
                                          " where the arrays have " + std::to_string(actual)};
}

status read_params(const model_layout& layout, loaded_model& into) {
  std::error_code unknown;
  if (!std::filesystem::exists(layout.params(), unknown)) return success{};
  FRESHET_ASSIGN(into.params, read_file(layout.params()));
  return success{};
}

status read_mappings(const model_layout& layout, bool has_users, loaded_model& into) {
  FRESHET_ASSIGN(into.item_ids, read_id_mapping(layout.directory / item_mapping_file, into.served->items()));
  if (!has_users) return success{};
  FRESHET_ASSIGN(into.user_ids, read_id_mapping(layout.directory / user_mapping_file, into.user_factors.rows(),
                                                unnamed_rows::allowed));
  for (std::size_t row = 0; row < into.user_ids.size(); ++row) {
    const auto factors = into.user_factors.row(row);
    if (!into.user_ids[row].empty() || std::ranges::all_of(factors, [](float value) { return value == 0; })) continue;
    return error{error_code::corrupted, (layout.directory / user_mapping_file).string() + " names no user of row " +
                                            std::to_string(row) + " of " + std::to_string(into.user_ids.size()) +
                                            ", which is not that of one who was erased: it is not zero"};
  }
  return success{};
}

/// `before`: of the directory as it is expected to stay meanwhile.
result<loaded_model> read_model(const std::filesystem::path& directory, const directory_facts& before) {
  FRESHET_ASSIGN(const model_layout layout, find_layout(directory));
  const model_family* family = find_family(layout.type);
  FRESHET_ASSIGN(metadata_document metadata, read_metadata(layout.metadata()));
  if (!metadata.checksums.empty()) FRESHET_TRY(verify_checksums(layout, metadata.checksums, before));

  loaded_model model;
  FRESHET_TRY(read_params(layout, model));
  FRESHET_TRY(family->load(layout, model));
  FRESHET_TRY(read_mappings(layout, family->has_users, model));
  FRESHET_TRY(check_claim(layout.metadata(), "items", metadata.items, model.served->items()));
  FRESHET_TRY(check_claim(layout.metadata(), "factors", metadata.factors, model.served->factors()));
  if (family->has_users) {
    FRESHET_TRY(check_claim(layout.metadata(), "users", metadata.users, model.user_factors.rows()));
  }

  model.metadata = std::move(metadata.values);
  model.metadata.model_type = layout.type;
  model.metadata.users = model.user_factors.rows();
  model.metadata.items = model.served->items();
  model.metadata.factors = model.served->factors();
  return model;
}

}  // namespace

result<loaded_model> load_model(const std::filesystem::path& directory) {
  // One that is exchanged as a whole is read again; one that somebody copies over it piece by piece is refused.
  constexpr int attempts = 3;
  for (int attempt = 1;; ++attempt) {
    const directory_facts before = facts_of(directory);
    auto model = read_model(directory, before);
    if (facts_of(directory) == before) return model;
    if (attempt < attempts) continue;
    return error{error_code::unavailable, directory.string() + " changed while it was read; try again"};
  }
}

}  // namespace freshet

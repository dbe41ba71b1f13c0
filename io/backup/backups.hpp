// What:   backups of a database with its models and its configuration, in one directory: `<id>.json` says what a backup
//         consists of (backup_manifest.hpp), `files/` holds the bytes, each content once (file_pool.hpp), `lock` is
//         held by whoever writes.
// Moment: the database is one checkpoint (io/store/checkpoint.hpp), histories and offsets together; then its settings,
//         the registry and the models that it names, read again where the registry changed meanwhile. A model names
//         items by their ids, so one that is a moment younger than the database fits.
// Crash:  a backup exists when its manifest does, which is written last; what a cut-off one left is removed by `prune`.
// Erased: a backup keeps what was erased later until it is pruned; `restore` applies the ledger (restore.hpp).
// Damage: a manifest that cannot be read costs its own backup alone. It stays until somebody has it removed, and so do
//         bytes that no other backup needs: whoever repairs it from a copy finds them.
// Errors: invalid_argument for a directory that holds something else; conflict while another process writes there;
//         corrupted naming the file; not_found; io_failure; cancelled.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/result.hpp"
#include "io/backup/backup_manifest.hpp"
#include "io/store/event_store.hpp"

namespace freshet {

struct backup_progress {
  std::uint64_t read_bytes{};
  /// What there is to read, as far as it is known.
  std::uint64_t bytes{};
};

struct backup_order {
  /// Created when it is missing.
  std::filesystem::path directory;
  /// Artifacts root or model directory; one that is not there is left out.
  std::filesystem::path artifacts;
  /// Name and text of files of the configuration.
  std::vector<std::pair<std::string, std::string>> configuration;
  /// Older backups go afterwards; 0 = none does.
  std::uint32_t keep_days = 30;
  /// Asked all the time, with how far it is; true ends the work.
  std::function<bool(const backup_progress&)> stopped;
};

struct unreadable_backup {
  std::string id;
  /// Names the manifest.
  error why;
};
/// For programs: {"id", "damaged": why}.
[[nodiscard]] std::string to_json(const unreadable_backup& backup);

struct backup_pruning {
  /// The ids of those that went.
  std::vector<std::string> removed;
  /// Those that stay.
  std::vector<unreadable_backup> unreadable;
};

struct backup_receipt {
  backup_manifest manifest;
  /// What had to be stored; the rest was there from earlier backups.
  std::uint64_t new_files{};
  std::uint64_t new_bytes{};
  backup_pruning pruned;
};
[[nodiscard]] std::string to_json(const backup_receipt& receipt);

/// The store must be the owner.
[[nodiscard]] result<backup_receipt> create_backup(const event_store& store, const backup_order& order,
                                                   const clock& time);

struct backup_list {
  /// Oldest first, both.
  std::vector<backup_manifest> readable;
  std::vector<unreadable_backup> unreadable;
};
[[nodiscard]] result<backup_list> list_backups(const std::filesystem::path& directory);

struct backup_damage {
  std::string backup;
  /// "database/000012.sst"; empty when it is the manifest.
  std::string name;
  /// Names the file in the directory.
  std::string what;
};
/// Reads every byte of every backup. Empty when all of it is as it was stored.
[[nodiscard]] result<std::vector<backup_damage>> verify_backups(const std::filesystem::path& directory);

struct pruning_order {
  /// 0 = none goes for its age.
  std::uint32_t keep_days = 30;
  /// Those whose manifest is damaged go too; one of a newer program never does.
  bool damaged = false;
};
/// Removes backups older than that, never the newest that can be read, and bytes that no backup needs.
[[nodiscard]] result<backup_pruning> prune_backups(const std::filesystem::path& directory, const pruning_order& order,
                                                   const clock& time);

}  // namespace freshet

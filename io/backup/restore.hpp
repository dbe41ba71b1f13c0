// What:   a database, and its models, made again from a backup: beside their places first, then put there in one step
//         each. A service that is started on them goes on from the offsets of the backup.
// Erased: the lists of erasures are applied before anything is in place: that beside the new database, that of the old
//         one if it still lies where it lay, and all that the directory of the backups holds of this database. The new
//         database keeps the longest of them beside it. So no backup brings anybody back.
// Crash:  what a killed one left beside the places is removed by the next (staging_directory.hpp).
// Errors: conflict for a place that is not empty; corrupted naming the damaged file, also where the manifest of what
//         would be the newest is damaged; not_found. Nothing is in place then.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "core/base/result.hpp"
#include "io/backup/backup_manifest.hpp"

namespace freshet {

struct restore_order {
  std::filesystem::path directory;
  /// Empty = the newest.
  std::string id;
  std::filesystem::path database;
  /// Empty = without models. A backup that holds none leaves the place alone.
  std::filesystem::path artifacts;
  /// For files of the configuration; empty = without.
  std::filesystem::path configuration;
};
struct restore_receipt {
  backup_manifest manifest;
  /// Erased again.
  std::uint64_t erased_users{};
  std::uint64_t erased_model_rows{};
};
[[nodiscard]] result<restore_receipt> restore_backup(const restore_order& order);

}  // namespace freshet

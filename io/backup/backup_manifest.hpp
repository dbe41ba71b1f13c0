// What:   what one backup consists of: `<directory>/<id>.json`, {sha256, manifest: {...}}, where sha256 is that of the
//         manifest's own text, without spaces. A backup exists when its manifest does.
// Names:  of files: database/..., models/... (the artifacts root), configuration/..., and `erasures`, the ledger of
//         that day. Relative, without "..".
// Errors: corrupted naming the manifest; unsupported for one of a newer program.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/result.hpp"
#include "io/store/event_store.hpp"

namespace freshet {

struct backup_file {
  std::string name;
  std::uint64_t size{};
  std::string sha256;
};

struct backup_manifest {
  /// The time in UTC, as 20261128T051300Z, and -2 for a second one of that time.
  std::string id;
  unix_seconds created_at{};
  std::uint32_t schema{};
  /// Of the database at its moment, from which a restored one goes on.
  store_counts counts;
  std::vector<consumed_position> positions;
  /// Where the ledger of erasures lay.
  std::string ledger;
  std::vector<backup_file> files;

  std::uint64_t bytes() const;
};

/// Which of two was made first, by their ids.
[[nodiscard]] bool is_older(std::string_view id, std::string_view than);

[[nodiscard]] std::string render(const backup_manifest& manifest);
[[nodiscard]] result<backup_manifest> read_backup_manifest(const std::filesystem::path& path);
/// One line of JSON for programs: without the files, with their number and bytes.
[[nodiscard]] std::string summary_json(const backup_manifest& manifest);

}  // namespace freshet

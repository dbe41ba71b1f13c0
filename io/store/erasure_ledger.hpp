// What:   the list of all erasures, in a file beside the database: `<database>.erasures`.
// Why:    a backup from before an erasure holds what was erased. Whoever restores one applies the ledger to it, so that
//         no copy brings anybody back. For the same reason a database that is made anew beside a ledger, to be filled
//         from a log, takes over its salt and its erasures.
// Format: text, a line each. The first: `freshet-erasures 1 SALT`, 16 hexadecimal digits, the salt of the hashes. Then
//         for each erasure `ERASED_AT LOGS USERS`: unix seconds; `source/partition:offset` for each log, with commas
//         between, where the offset is the first one after the erasure, or `-` for no log; XXH3 of each user's id,
//         seeded with the salt, 16 hexadecimal digits, with commas between. No id stands in it.
// Writes: a line is on disk before anything is erased. A last line without its end, which a crash leaves behind, is cut
//         off by the next; its erasure was not done.
// Errors: io_failure; corrupted naming the line; conflict for the ledger of another database (another salt).
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "io/store/event_store.hpp"

namespace freshet {

struct erasure_note {
  unix_seconds erased_at{};
  std::vector<consumed_position> before;
  std::vector<std::uint64_t> users;
};
struct erasure_ledger {
  std::uint64_t salt{};
  std::vector<erasure_note> notes;
};

/// What every ledger begins with.
inline constexpr std::string_view ledger_title = "freshet-erasures 1 ";

/// Where the ledger of a database lies.
[[nodiscard]] std::filesystem::path ledger_of(const std::filesystem::path& database);

/// Nothing when there is no such file.
[[nodiscard]] result<std::optional<erasure_ledger>> read_erasure_ledger(const std::filesystem::path& path);
[[nodiscard]] status append_to_erasure_ledger(const std::filesystem::path& path, std::uint64_t salt,
                                              const erasure_note& note);

/// Erases again from a store whoever the ledger names and the store does not yet know as erased at that time or later:
/// to be called on a restored database before anything else. Returns when no file of it holds them. A ledger that is
/// not there holds nobody.
[[nodiscard]] result<erasure_outcome> apply_erasure_ledger(event_store& store, const std::filesystem::path& path);

}  // namespace freshet

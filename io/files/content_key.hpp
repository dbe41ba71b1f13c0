// What:   the identity of an event that has no event id: what it says, and the how-manyth of its kind it is in its
//         file.
// Why:    the same file twice, in whatever format, changes nothing; identical rows within one file are all kept; of two
//         files that share rows the larger count of each stays (spec 06 "Data"). `ingest` and `produce` agree because
//         the reader writes the identity into the event: event_id = "content:<32 hex digits>:<n>", n from 0.
// Hash:   128 bits, as two XXH3 hashes with seeds 0 and 1 over: ts and qty as 8 bytes little-endian, value as a byte 0,
//         or a byte 1 and the float's 4 bytes (-0 as 0), then user_id, item_id, event_type, session_id,
//         recommendation_id and properties, each as its length in 4 bytes and its bytes. Never change it: the
//         identities are in databases and topics.
// Limits: counts are exact for any number of rows in 200 MB at most: those of 900,000 different rows lie in memory;
//         when these are full they move to a RocksDB in a directory of its own (under TMPDIR, 20 bytes a row), which a
//         Bloom filter in memory guards, so that a row never seen before is not looked up on disk.
// Cost:   0.5 us a row in memory, 1 us beyond.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "core/base/result.hpp"
#include "core/data/event.hpp"

namespace freshet {

struct content_hash {
  std::uint64_t high{};
  std::uint64_t low{};
  friend bool operator==(const content_hash&, const content_hash&) = default;
};
[[nodiscard]] content_hash content_hash_of(const event& value);
/// "content:<32 hex digits>:<n>"
[[nodiscard]] std::string content_event_id(const content_hash& hash, std::uint64_t n);

struct content_counter_options {
  std::size_t entries_in_memory_max = 900'000;
  /// Where the counts that do not fit go; empty = the system's directory for temporary files.
  std::filesystem::path spill_directory;
};

/// The counts of one file.
class content_counter {
 public:
  explicit content_counter(content_counter_options options = {});
  ~content_counter();

  /// How many events with this content came before; counts this one. Errors: of the temporary directory.
  result<std::uint64_t> count(const content_hash& hash);

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace freshet

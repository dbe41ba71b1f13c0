// What:    the embedded log on disk: entries of consecutive records, appended, read from an offset on, trimmed.
// Why:     everything of the log that knows RocksDB stands here; the queue and the threads are in embedded_log.cpp.
// Erasing: records become empty where they lie, so that offsets stay; reading passes them over.
// Threads: one thread appends and trims; reading from any. `entries_mutex` of the database keeps those who write
//          entries apart.
// Errors:  corrupted for damaged entries; those of database::write.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "io/events/event_source.hpp"
#include "io/store/database.hpp"
#include "io/store/schema.hpp"

namespace freshet {

class log_storage {
 public:
  explicit log_storage(database& db) : db_(&db) {}

  /// Finds the ends of every partition; at least `partitions`, more when the log once had more.
  status load(std::int32_t partitions);

  std::int32_t partitions() const {
    const std::lock_guard guard(mutex_);
    return static_cast<std::int32_t>(bounds_.size());
  }
  schema::log_bounds bounds(partition_id partition) const;

  /// Records of one partition that are written together.
  struct group {
    partition_id partition{};
    std::vector<schema::log_record> records;
  };
  /// One synced write for all groups, one per partition; the offsets of their first records, aligned.
  result<std::vector<log_offset>> append(const std::vector<group>& groups, std::int64_t unix_ms);

  /// Removes the entries that lie wholly below the offset. Not synced: what returns after a crash is trimmed again.
  struct consumed {
    partition_id partition{};
    log_offset next{};
  };
  status trim(const std::vector<consumed>& positions);

  /// At most `records_max` records from `from` on, which lies within the bounds.
  result<record_batch> read(partition_id partition, log_offset from, std::size_t records_max) const;

 private:
  status load_stored_bounds(std::vector<schema::log_bounds>& found) const;
  status load_ends(std::vector<schema::log_bounds>& found) const;
  /// An empty batch; memory is up to date with the files then.
  result<write_batch> begin();
  error damaged(partition_id partition) const;
  schema::log_bounds& at(partition_id partition) { return bounds_[static_cast<std::size_t>(to_integer(partition))]; }
  /// First offset of the entry that holds `offset`, or `offset` itself at the border between two.
  result<log_offset> border_at(partition_id partition, log_offset offset) const;

  database* db_;
  mutable std::mutex mutex_;
  std::vector<schema::log_bounds> bounds_;
  /// Of the files that `bounds_` describe.
  std::uint64_t generation_ = 0;
};

/// Puts the entries into the batch in which records with such a key are empty; how many those are. The database's
/// `entries_mutex` must be held from here until the batch is written.
[[nodiscard]] result<std::uint64_t> erase_log_records(const database& db, write_batch& batch,
                                                      const std::function<bool(std::string_view key)>& is_erased);

}  // namespace freshet

// What:    the database: one writer or many readers, atomic batches, recovery, RocksDB's statuses as errors.
// Why:     reading, writing and recovering from failures is the same for histories and for the log; included by the
//          sources of this folder alone.
// Errors:  exhausted (disk full), io_failure, corrupted, conflict (owned), unsupported, not_found, unavailable
//          (a reader was overtaken by the owner, or a writer recovers; try again).
#pragma once

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "io/store/event_store.hpp"
#include "io/store/open_files.hpp"
#include "io/store/owner_lock.hpp"
#include "io/store/write_delay.hpp"

namespace freshet {

/// What a visitor of keys wants next.
enum class scan { go_on, stop };

inline rocksdb::Slice slice_of(std::string_view text) {
  return {text.data(), text.size()};
}
inline std::string_view view_of(const rocksdb::Slice& slice) {
  return {slice.data(), slice.size()};
}

[[nodiscard]] error to_error(const rocksdb::Status& failure, std::string_view context);

/// Puts and removals that are written together. Holds the files, so none are opened anew before it is written or gone.
class write_batch {
 public:
  explicit write_batch(std::shared_ptr<const open_files> files) : files_(std::move(files)) {}
  void put(family which, std::string_view key, std::string_view value) {
    batch_.Put((*files_)[which], slice_of(key), slice_of(value));
  }
  void remove(family which, std::string_view key) { batch_.Delete((*files_)[which], slice_of(key)); }
  /// The keys of [first, last).
  void remove_range(family which, std::string_view first, std::string_view last) {
    batch_.DeleteRange((*files_)[which], slice_of(first), slice_of(last));
  }
  bool empty() const { return batch_.Count() == 0; }

 private:
  friend class database;
  std::shared_ptr<const open_files> files_;
  rocksdb::WriteBatch batch_;
};

class database {
 public:
  static result<std::unique_ptr<database>> open(const std::filesystem::path& path, const store_options& options);
  static result<std::unique_ptr<database>> open_reader(const std::filesystem::path& path);
  ~database();

  bool is_reader() const { return !lock_.has_value(); }
  const std::filesystem::path& path() const { return path_; }

  /// The files, which stay open as long as the pointer is held. Errors: what prevented them from being opened again
  /// after a failure.
  using pin = std::shared_ptr<const open_files>;
  result<pin> files() const;

  /// Nothing when the key is not there.
  result<std::optional<std::string>> get(family which, std::string_view key) const;
  /// False where memory alone (what is not in the files yet, their Bloom filters, blocks that are cached) tells that it
  /// does not.
  bool may_hold(family which, std::string_view key) const;
  /// All keys of [first, last); an empty `last` is the end of the family. The strings must outlive the iterator.
  struct range {
    std::string first;
    std::string last;
  };
  /// The keys with this prefix.
  static range with_prefix(std::string_view prefix);
  /// Calls `visit(key, value)` in order, on a snapshot of its own unless one is given, until it returns scan::stop or
  /// an error. `cached`: the blocks stay in memory, for reads that come again; not for passes over everything.
  enum class blocks { cached, passing };
  template <class Visit>
  status for_each(family which, const range& keys, blocks kept, Visit visit,
                  const rocksdb::Snapshot* moment = nullptr) const;
  /// This moment, for several passes over one state of all families; null of a reader, whose state stands still anyway.
  using snapshot_ptr = std::shared_ptr<const rocksdb::Snapshot>;
  result<snapshot_ptr> snapshot() const;

  /// Looks up many keys of one family, which ascend. While the results are in use a pin must be held.
  struct lookups {
    std::vector<rocksdb::PinnableSlice> values;
    std::vector<rocksdb::Status> outcomes;
  };
  result<lookups> get_all(family which, const std::vector<rocksdb::Slice>& keys) const;

  /// An empty batch. Errors: exhausted while the disk has less than `reserved_bytes` left. After a failed write it
  /// opens the files anew, as soon as nobody reads them: RocksDB 7.8.3 says that it recovers by itself, but its log
  /// stays unusable (its issue 11643), and with its assertions in, as Debian builds it, trying ends the process.
  result<write_batch> begin();
  /// Grows when the files were opened anew: what failed may stand in them after all, so what memory knows of them must
  /// be read again.
  std::uint64_t generation() const { return generation_; }
  /// One atomic write.
  status write(write_batch& batch, bool sync);
  status sync();
  std::chrono::nanoseconds write_delay() const { return writes_.waiting(); }
  /// Of those who change entries of the log, which has a writer of its own.
  std::mutex& entries_mutex() const { return entries_mutex_; }
  /// What was removed before is in no file when this returns: everything is moved from memory and from the write-ahead
  /// log into tables, the tables are written anew without it, and old files are gone, the manifest too. Reading and
  /// writing go on. Errors: unavailable while an iterator or snapshot from before lives for `patience`; repeat it then.
  status purge_files(std::chrono::seconds patience);
  /// A reader sees the files as they were when it opened them; this opens them anew. No other call meanwhile.
  /// Why not RocksDB's own catching up: a reader's memtable keeps an old value of a key whose new one was flushed and
  /// its log removed in between, and shows the old one from then on (seen with 7.8.3). For the same reason the files
  /// are opened again when the owner flushed while they were being opened.
  status reopen_reader();

 private:
  database(std::filesystem::path path, std::optional<owner_lock> lock, const store_options& options);
  status open_as_owner();
  status reopen_after_failure();
  void open_for_reading_on();

  const std::filesystem::path path_;
  std::optional<owner_lock> lock_;
  const store_options options_;
  /// Of a reader: where its info log goes; removed at the end.
  std::filesystem::path scratch_;
  std::atomic<std::uint64_t> generation_ = 0;
  write_watch writes_;
  /// RocksDB takes no more writes.
  std::atomic<bool> failed_ = false;
  mutable std::mutex entries_mutex_;
  mutable std::mutex mutex_;
  std::shared_ptr<const open_files> files_;
  /// Why `files_` is empty.
  std::optional<error> closed_because_;
};

template <class Visit>
status database::for_each(family which, const range& keys, blocks kept, Visit visit,
                          const rocksdb::Snapshot* moment) const {
  rocksdb::ReadOptions options;
  options.snapshot = moment;
  const rocksdb::Slice last = slice_of(keys.last);
  if (!keys.last.empty()) options.iterate_upper_bound = &last;
  options.fill_cache = kept == blocks::cached;
  FRESHET_ASSIGN(const auto open, files());
  const std::unique_ptr<rocksdb::Iterator> at((*open)->NewIterator(options, (*open)[which]));
  for (at->Seek(slice_of(keys.first)); at->Valid(); at->Next()) {
    const result<scan> next = visit(view_of(at->key()), view_of(at->value()));
    if (!next) return next.failure();
    if (*next == scan::stop) return success{};
  }
  if (!at->status().ok()) return to_error(at->status(), path_.string());
  return success{};
}

}  // namespace freshet

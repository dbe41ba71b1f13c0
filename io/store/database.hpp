// What:    the RocksDB database: its column families, their tuning, one writer or many readers, statuses as errors.
// Why:     everything that knows RocksDB's options stands here; included by the sources of this folder alone.
// Tuning:  16 MB memtables with whole-key bloom filters, 10-bit blooms in the files, 8 KB blocks, zstd for histories;
//          the log is cut at 64 MB, because a small family that is never flushed would pin all of it and make the next
//          open slow.
// Errors:  exhausted (disk full), io_failure, corrupted, conflict (owned), unsupported, not_found, unavailable (a
// reader
//          that was overtaken by the owner; try again).
#pragma once

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <array>
#include <atomic>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "io/store/event_store.hpp"
#include "io/store/owner_lock.hpp"

namespace freshet {

enum class family : std::size_t { hist, meta, ids, items, log };
inline constexpr std::array<const char*, 5> family_names{"hist", "meta", "ids", "items", "log"};

/// What a visitor of keys wants next.
enum class scan { go_on, stop };

[[nodiscard]] error to_error(const rocksdb::Status& failure, std::string_view context);

inline rocksdb::Slice slice_of(std::string_view text) {
  return {text.data(), text.size()};
}
inline std::string_view view_of(const rocksdb::Slice& slice) {
  return {slice.data(), slice.size()};
}

class database {
 public:
  static result<std::unique_ptr<database>> open(const std::filesystem::path& path, const store_options& options);
  static result<std::unique_ptr<database>> open_reader(const std::filesystem::path& path);
  ~database();

  bool is_reader() const { return !lock_.has_value(); }
  const std::filesystem::path& path() const { return path_; }
  rocksdb::DB& operator*() { return *db_; }
  rocksdb::DB* operator->() { return db_.get(); }
  rocksdb::ColumnFamilyHandle* operator[](family which) const { return families_[static_cast<std::size_t>(which)]; }

  /// Nothing when the key is not there.
  result<std::optional<std::string>> get(family which, std::string_view key) const;
  /// All keys of [first, last); an empty `last` is the end of the family. The strings must outlive the iterator.
  struct range {
    std::string first;
    std::string last;
  };
  /// The keys with this prefix.
  static range with_prefix(std::string_view prefix);
  /// Calls `visit(key, value)` in order, on a snapshot of its own, until it returns scan::stop or an error.
  /// `cached`: the blocks stay in memory, for reads that come again; not for passes over everything.
  enum class blocks { cached, passing };
  template <class Visit>
  status for_each(family which, const range& keys, blocks kept, Visit visit) const;

  /// One atomic write. After a failed one the next first asks RocksDB to recover (space may have returned).
  status write(rocksdb::WriteBatch& batch, bool sync);
  status sync();
  /// A reader sees the files as they were when it opened them; this opens them anew. No other call meanwhile.
  /// Why not RocksDB's own catching up: a reader's memtable keeps an old value of a key whose new one was flushed and
  /// its log removed in between, and shows the old one from then on (seen with 7.8.3). For the same reason the files
  /// are opened again when the owner flushed while they were being opened.
  status reopen();

 private:
  database(std::filesystem::path path, std::optional<owner_lock> lock);
  rocksdb::Status open_files(const store_options& options);
  rocksdb::Status open_files_as_reader();
  void close_files();
  status resume();

  std::filesystem::path path_;
  std::optional<owner_lock> lock_;
  /// Of a reader: where its info log goes; removed at the end.
  std::filesystem::path scratch_;
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> handles_;
  std::array<rocksdb::ColumnFamilyHandle*, family_names.size()> families_{};
  std::mutex resume_mutex_;
  std::atomic<bool> write_failed_ = false;
};

template <class Visit>
status database::for_each(family which, const range& keys, blocks kept, Visit visit) const {
  rocksdb::ReadOptions options;
  const rocksdb::Slice last = slice_of(keys.last);
  if (!keys.last.empty()) options.iterate_upper_bound = &last;
  options.fill_cache = kept == blocks::cached;
  const std::unique_ptr<rocksdb::Iterator> at(db_->NewIterator(options, (*this)[which]));
  for (at->Seek(slice_of(keys.first)); at->Valid(); at->Next()) {
    const result<scan> next = visit(view_of(at->key()), view_of(at->value()));
    if (!next) return next.failure();
    if (*next == scan::stop) return success{};
  }
  if (!at->status().ok()) return to_error(at->status(), path_.string());
  return success{};
}

}  // namespace freshet

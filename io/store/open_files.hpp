// What:    RocksDB's own objects of one database, opened and closed together: as the owner, beside it, or read only.
// Why:     everything that knows RocksDB's options stands here.
// Tuning:  16 MB memtables with whole-key bloom filters, 10-bit blooms in the files, 8 KB blocks, zstd for histories;
//          the log is cut at 64 MB, because a small family that is never flushed would pin all of it and make the next
//          open slow.
#pragma once

#include <rocksdb/db.h>

#include <array>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string_view>
#include <vector>

namespace freshet {

enum class family : std::size_t { hist, meta, ids, items, log };
inline constexpr std::array<const char*, 5> family_names{"hist", "meta", "ids", "items", "log"};

class open_files {
 public:
  open_files() = default;
  open_files(const open_files&) = delete;
  open_files& operator=(const open_files&) = delete;
  ~open_files();

  rocksdb::DB* operator->() const { return db_.get(); }
  rocksdb::ColumnFamilyHandle* operator[](family which) const { return families_[static_cast<std::size_t>(which)]; }

  rocksdb::Status open(const rocksdb::DBOptions& settings, const std::filesystem::path& path, std::size_t cache_bytes);
  rocksdb::Status open_reader(const rocksdb::DBOptions& settings, const std::filesystem::path& path,
                              const std::filesystem::path& scratch);
  rocksdb::Status open_read_only(const rocksdb::DBOptions& settings, const std::filesystem::path& path,
                                 std::size_t cache_bytes);
  /// Moves everything from memory into tables, at once: by default RocksDB waits for compactions first where one table
  /// more would slow writers down, and after a bulk of events that is for longer than a stop may take.
  rocksdb::Status flush() const {
    rocksdb::FlushOptions at_once;
    at_once.allow_write_stall = true;
    return db_->Flush(at_once, handles_);
  }
  const std::vector<rocksdb::ColumnFamilyHandle*>& families() const { return handles_; }

 private:
  void name_families();

  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> handles_;
  std::array<rocksdb::ColumnFamilyHandle*, family_names.size()> families_{};
};

/// The settings of the database as a whole; the callers add what depends on how it is opened.
[[nodiscard]] rocksdb::DBOptions database_settings();

[[nodiscard]] bool has_database(const std::filesystem::path& path);

}  // namespace freshet

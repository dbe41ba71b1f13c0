#include "io/store/open_files.hpp"

#include <rocksdb/cache.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>

#include <algorithm>
#include <string>

namespace freshet {
namespace {

namespace fs = std::filesystem;

rocksdb::ColumnFamilyOptions tuned(std::string_view name, const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.block_size = 8 << 10;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));

  rocksdb::ColumnFamilyOptions options;
  options.write_buffer_size = 16 << 20;
  options.max_write_buffer_number = 4;
  options.memtable_whole_key_filtering = true;
  options.memtable_prefix_bloom_size_ratio = 0.05;
  options.compression = rocksdb::kLZ4Compression;
  // What was removed leaves the files within this time whatever is written.
  options.periodic_compaction_seconds = 7 * 86'400;
  if (name == family_names[static_cast<std::size_t>(family::hist)]) options.compression = rocksdb::kZSTD;
  if (name == family_names[static_cast<std::size_t>(family::log)]) {
    // Read in order and trimmed soon: no point lookups.
    table.filter_policy.reset();
    options.memtable_prefix_bloom_size_ratio = 0;
  }
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

/// All families in the files, and ours: RocksDB opens a database only with every family it has.
std::vector<rocksdb::ColumnFamilyDescriptor> descriptors_of(std::vector<std::string> names, std::size_t cache_bytes) {
  const auto cache = rocksdb::NewLRUCache(cache_bytes);
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  for (const auto& name : names) descriptors.emplace_back(name, tuned(name, cache));
  return descriptors;
}

std::vector<std::string> our_families() {
  std::vector<std::string> names{rocksdb::kDefaultColumnFamilyName};
  names.insert(names.end(), family_names.begin(), family_names.end());
  return names;
}

}  // namespace

rocksdb::DBOptions database_settings() {
  rocksdb::DBOptions options;
  options.max_total_wal_size = 64ull << 20;
  options.max_background_jobs = 2;
  options.bytes_per_sync = 1 << 20;
  options.compaction_readahead_size = 2 << 20;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  // Soon begun anew: a manifest names the first and last keys of files that are long gone.
  options.max_manifest_file_size = 1 << 10;
  return options;
}

bool has_database(const fs::path& path) {
  return fs::exists(path / "CURRENT");
}

open_files::~open_files() {
  if (!db_) return;
  for (auto* handle : handles_) db_->DestroyColumnFamilyHandle(handle);
  db_->Close();
}

void open_files::name_families() {
  for (auto* handle : handles_) {
    const auto at = std::find(family_names.begin(), family_names.end(), handle->GetName());
    if (at != family_names.end()) families_[static_cast<std::size_t>(at - family_names.begin())] = handle;
  }
}

rocksdb::Status open_files::open(const rocksdb::DBOptions& settings, const fs::path& path, std::size_t cache_bytes) {
  std::vector<std::string> names{rocksdb::kDefaultColumnFamilyName};
  if (has_database(path)) {
    const auto outcome = rocksdb::DB::ListColumnFamilies(settings, path.string(), &names);
    if (!outcome.ok()) return outcome;
  }
  for (const auto* name : family_names) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.emplace_back(name);
  }
  rocksdb::DB* db = nullptr;
  const auto outcome = rocksdb::DB::Open(settings, path.string(), descriptors_of(names, cache_bytes), &handles_, &db);
  db_.reset(db);
  if (outcome.ok()) name_families();
  return outcome;
}

rocksdb::Status open_files::open_reader(const rocksdb::DBOptions& settings, const fs::path& path,
                                        const fs::path& scratch) {
  rocksdb::DB* db = nullptr;
  const auto outcome = rocksdb::DB::OpenAsSecondary(settings, path.string(), scratch.string(),
                                                    descriptors_of(our_families(), 64 << 20), &handles_, &db);
  db_.reset(db);
  if (outcome.ok()) name_families();
  return outcome;
}

rocksdb::Status open_files::open_read_only(const rocksdb::DBOptions& settings, const fs::path& path,
                                           std::size_t cache_bytes) {
  rocksdb::DB* db = nullptr;
  const auto outcome = rocksdb::DB::OpenForReadOnly(settings, path.string(),
                                                    descriptors_of(our_families(), cache_bytes), &handles_, &db);
  db_.reset(db);
  if (outcome.ok()) name_families();
  return outcome;
}

}  // namespace freshet

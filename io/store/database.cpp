#include "io/store/database.hpp"

#include <rocksdb/cache.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <vector>

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
  if (name == family_names[static_cast<std::size_t>(family::hist)]) options.compression = rocksdb::kZSTD;
  if (name == family_names[static_cast<std::size_t>(family::log)]) {
    // Read in order and trimmed soon: no point lookups.
    table.filter_policy.reset();
    options.memtable_prefix_bloom_size_ratio = 0;
  }
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

rocksdb::DBOptions tuned() {
  rocksdb::DBOptions options;
  options.max_total_wal_size = 64ull << 20;
  options.max_background_jobs = 2;
  options.bytes_per_sync = 1 << 20;
  options.compaction_readahead_size = 2 << 20;
  options.info_log_level = rocksdb::WARN_LEVEL;
  options.keep_log_file_num = 4;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  return options;
}

/// All families in the files, and ours: RocksDB opens a database only with every family it has.
std::vector<rocksdb::ColumnFamilyDescriptor> descriptors_of(std::vector<std::string> names, std::size_t cache_bytes) {
  const auto cache = rocksdb::NewLRUCache(cache_bytes);
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  for (const auto& name : names) descriptors.emplace_back(name, tuned(name, cache));
  return descriptors;
}

bool has_database(const fs::path& path) {
  return fs::exists(path / "CURRENT");
}

/// What changes when the owner flushes, compacts or removes a log: the sizes of its manifests, the names of its logs.
std::vector<std::string> list_of_files(const fs::path& path) {
  std::vector<std::string> list;
  std::error_code ignored;
  for (const auto& file : fs::directory_iterator(path, ignored)) {
    const auto name = file.path().filename().string();
    if (name.starts_with("MANIFEST")) list.push_back(name + " " + std::to_string(file.file_size(ignored)));
    if (file.path().extension() == ".log") list.push_back(name);
  }
  std::sort(list.begin(), list.end());
  return list;
}

status refuse_a_plain_file(const fs::path& path) {
  if (!fs::exists(path) || fs::is_directory(path)) return success{};
  return error{error_code::invalid_argument,
               path.string() +
                   " is a file, not a database directory of Freshet; if it is a DuckDB file, export it with "
                   "duckdb " +
                   path.string() +
                   " \"COPY events TO 'events.parquet'\" and load that with freshet ingest "
                   "--events events.parquet --db DIRECTORY"};
}

}  // namespace

error to_error(const rocksdb::Status& failure, std::string_view context) {
  auto code = error_code::io_failure;
  if (failure.IsNoSpace() || failure.IsMemoryLimit()) {
    code = error_code::exhausted;
  } else if (failure.IsCorruption()) {
    code = error_code::corrupted;
  } else if (failure.IsBusy() || failure.IsTryAgain() || failure.IsTimedOut()) {
    code = error_code::unavailable;
  } else if (failure.IsNotSupported()) {
    code = error_code::unsupported;
  } else if (failure.IsInvalidArgument()) {
    code = error_code::invalid_argument;
  } else if (failure.IsIOError() && failure.ToString().find("lock") != std::string::npos) {
    code = error_code::conflict;
  }
  return {code, std::string(context) + ": " + failure.ToString()};
}

database::database(fs::path path, std::optional<owner_lock> lock) : path_(std::move(path)), lock_(std::move(lock)) {}

result<std::unique_ptr<database>> database::open(const fs::path& path, const store_options& options) {
  FRESHET_TRY(refuse_a_plain_file(path));
  if (!options.create_if_missing && !has_database(path)) {
    return error{error_code::not_found, "there is no database at " + path.string() + "; freshet ingest creates one"};
  }
  std::error_code failure;
  fs::create_directories(path, failure);
  if (failure) return error{error_code::io_failure, "cannot create " + path.string() + ": " + failure.message()};

  FRESHET_ASSIGN(auto lock, owner_lock::take(path));
  std::unique_ptr<database> opened(new database(path, std::move(lock)));
  const auto outcome = opened->open_files(options);
  if (!outcome.ok()) return to_error(outcome, "cannot open the database " + path.string());
  return opened;
}

result<std::unique_ptr<database>> database::open_reader(const fs::path& path) {
  FRESHET_TRY(refuse_a_plain_file(path));
  if (!has_database(path)) {
    return error{error_code::not_found, "there is no database at " + path.string() + "; freshet ingest creates one"};
  }
  std::unique_ptr<database> opened(new database(path, std::nullopt));
  std::string pattern = (fs::temp_directory_path() / "freshet-reader-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) {
    return error{error_code::io_failure, "cannot create " + pattern + ": " + std::strerror(errno)};
  }
  opened->scratch_ = pattern;

  FRESHET_TRY(opened->reopen());
  return opened;
}

status database::reopen() {
  if (!is_reader()) return success{};
  constexpr int attempts_max = 50;
  for (int attempt = 1; attempt <= attempts_max; ++attempt) {
    const auto before = list_of_files(path_);
    const auto outcome = open_files_as_reader();
    const bool quiet = list_of_files(path_) == before;
    if (outcome.ok() && quiet) return success{};
    // A file that the owner removed while it was being opened is no damage; one that is missing in peace is.
    if (!outcome.ok() && quiet && attempt >= 3) return to_error(outcome, "cannot read the database " + path_.string());
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return error{error_code::unavailable,
               "the owner of " + path_.string() + " changes its files too fast for a reader; try again"};
}

rocksdb::Status database::open_files(const store_options& options) {
  auto settings = tuned();
  settings.create_if_missing = options.create_if_missing;
  settings.create_missing_column_families = true;
  std::vector<std::string> names{rocksdb::kDefaultColumnFamilyName};
  if (has_database(path_)) {
    const auto outcome = rocksdb::DB::ListColumnFamilies(settings, path_.string(), &names);
    if (!outcome.ok()) return outcome;
  }
  for (const auto* name : family_names) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.emplace_back(name);
  }
  rocksdb::DB* db = nullptr;
  const auto outcome =
      rocksdb::DB::Open(settings, path_.string(), descriptors_of(names, options.block_cache_bytes), &handles_, &db);
  db_.reset(db);
  for (auto* handle : handles_) {
    const auto at = std::find(family_names.begin(), family_names.end(), handle->GetName());
    if (at != family_names.end()) families_[static_cast<std::size_t>(at - family_names.begin())] = handle;
  }
  return outcome;
}

rocksdb::Status database::open_files_as_reader() {
  close_files();
  auto settings = tuned();
  settings.max_open_files = -1;
  std::vector<std::string> names{rocksdb::kDefaultColumnFamilyName};
  names.insert(names.end(), family_names.begin(), family_names.end());
  rocksdb::DB* db = nullptr;
  const auto outcome = rocksdb::DB::OpenAsSecondary(settings, path_.string(), scratch_.string(),
                                                    descriptors_of(names, 64 << 20), &handles_, &db);
  db_.reset(db);
  if (!outcome.ok()) return outcome;
  std::copy(handles_.begin() + 1, handles_.end(), families_.begin());
  return outcome;
}

void database::close_files() {
  if (!db_) return;
  for (auto* handle : handles_) db_->DestroyColumnFamilyHandle(handle);
  handles_.clear();
  db_->Close();
  db_.reset();
}

database::~database() {
  // The next open then has no log to read. When the disk is full the log keeps what it holds.
  if (db_ && !is_reader()) (void)db_->Flush(rocksdb::FlushOptions(), handles_);
  close_files();
  std::error_code ignored;
  if (!scratch_.empty()) fs::remove_all(scratch_, ignored);
}

result<std::optional<std::string>> database::get(family which, std::string_view key) const {
  std::string value;
  const auto outcome = db_->Get(rocksdb::ReadOptions(), (*this)[which], slice_of(key), &value);
  if (outcome.IsNotFound()) return std::optional<std::string>();
  if (!outcome.ok()) return to_error(outcome, path_.string());
  return std::optional(std::move(value));
}

database::range database::with_prefix(std::string_view prefix) {
  range keys{std::string(prefix), std::string(prefix)};
  while (!keys.last.empty() && keys.last.back() == '\xff') keys.last.pop_back();
  if (!keys.last.empty()) ++keys.last.back();
  return keys;
}

status database::resume() {
  const std::lock_guard guard(resume_mutex_);
  if (!write_failed_) return success{};
  const auto outcome = db_->Resume();
  if (!outcome.ok()) return to_error(outcome, "the database " + path_.string() + " has not recovered");
  write_failed_ = false;
  return success{};
}

status database::write(rocksdb::WriteBatch& batch, bool sync) {
  if (is_reader()) {
    return error{error_code::unsupported, "the database " + path_.string() + " was opened for reading"};
  }
  if (write_failed_) FRESHET_TRY(resume());
  rocksdb::WriteOptions options;
  options.sync = sync;
  const auto outcome = db_->Write(options, &batch);
  if (outcome.ok()) return success{};
  write_failed_ = true;
  return to_error(outcome, "cannot write to the database " + path_.string());
}

status database::sync() {
  const auto outcome = db_->SyncWAL();
  if (!outcome.ok()) return to_error(outcome, "cannot write to the database " + path_.string());
  return success{};
}

}  // namespace freshet

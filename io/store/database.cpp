#include "io/store/database.hpp"

#include <rocksdb/listener.h>
#include <rocksdb/perf_level.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <vector>

#include "io/process/thread_rank.hpp"
#include "io/store/checkpoint.hpp"
#include "io/store/info_log.hpp"

namespace freshet {
namespace {

namespace fs = std::filesystem;

/// Notes that RocksDB has stopped writing, and keeps it from trying to recover on a thread of its own; has its threads
/// make way for those of requests.
class database_listener final : public rocksdb::EventListener {
 public:
  explicit database_listener(std::atomic<bool>& failed) : failed_(failed) {}
  void OnBackgroundError(rocksdb::BackgroundErrorReason, rocksdb::Status*) override { failed_ = true; }
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason, rocksdb::Status, bool* auto_recovery) override {
    *auto_recovery = false;
  }
  // Writers wait for a flush, nobody for a compaction.
  void OnFlushBegin(rocksdb::DB*, const rocksdb::FlushJobInfo&) override { rank_this_thread(thread_rank::patient); }
  void OnCompactionBegin(rocksdb::DB*, const rocksdb::CompactionJobInfo&) override {
    rank_this_thread(thread_rank::behind);
  }

 private:
  std::atomic<bool>& failed_;
};

error no_database(const fs::path& path) {
  return {error_code::not_found, "there is no database at " + path.string() + "; freshet ingest creates one"};
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

// --- opening and closing

database::database(fs::path path, std::optional<owner_lock> lock, const store_options& options)
    : path_(std::move(path)), lock_(std::move(lock)), options_(options) {}

result<std::unique_ptr<database>> database::open(const fs::path& path, const store_options& options) {
  FRESHET_TRY(refuse_a_plain_file(path));
  if (!options.create_if_missing && !has_database(path)) return no_database(path);
  std::error_code failure;
  fs::create_directories(path, failure);
  if (failure) return error{error_code::io_failure, "cannot create " + path.string() + ": " + failure.message()};

  FRESHET_ASSIGN(auto lock, owner_lock::take(path));
  remove_checkpoint(path);
  std::unique_ptr<database> opened(new database(path, std::move(lock), options));
  FRESHET_TRY(opened->open_as_owner());
  return opened;
}

result<std::unique_ptr<database>> database::open_reader(const fs::path& path) {
  FRESHET_TRY(refuse_a_plain_file(path));
  if (!has_database(path)) return no_database(path);
  std::unique_ptr<database> opened(new database(path, std::nullopt, {}));
  std::string pattern = (fs::temp_directory_path() / "freshet-reader-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) {
    return error{error_code::io_failure, "cannot create " + pattern + ": " + std::strerror(errno)};
  }
  opened->scratch_ = pattern;
  FRESHET_TRY(opened->reopen_reader());
  return opened;
}

status database::open_as_owner() {
  auto settings = database_settings();
  settings.create_if_missing = options_.create_if_missing;
  settings.create_missing_column_families = true;
  settings.info_log = std::make_shared<info_log>(path_);
  settings.listeners.push_back(std::make_shared<database_listener>(failed_));
  settings.max_bgerror_resume_count = 0;
  auto opened = std::make_shared<open_files>();
  const auto outcome = opened->open(settings, path_, options_.block_cache_bytes);
  if (!outcome.ok()) return to_error(outcome, "cannot open the database " + path_.string());
  files_ = std::move(opened);
  return success{};
}

status database::reopen_reader() {
  if (!is_reader()) return success{};
  auto settings = database_settings();
  settings.max_open_files = -1;
  settings.info_log = std::make_shared<info_log>(scratch_);
  constexpr int attempts_max = 50;
  files_.reset();
  for (int attempt = 1; attempt <= attempts_max; ++attempt) {
    const auto before = list_of_files(path_);
    auto opened = std::make_shared<open_files>();
    const auto outcome = opened->open_reader(settings, path_, scratch_);
    const bool quiet = list_of_files(path_) == before;
    if (outcome.ok() && quiet) {
      files_ = std::move(opened);
      return success{};
    }
    // A file that the owner removed while it was being opened is no damage; one that is missing in peace is.
    closed_because_ = to_error(outcome, "cannot read the database " + path_.string());
    if (!outcome.ok() && quiet && attempt >= 3) return *closed_because_;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  closed_because_ = error{error_code::unavailable,
                          "the owner of " + path_.string() + " changes its files too fast for a reader; try again"};
  return *closed_because_;
}

database::~database() {
  // The next open then has no log to read. When the disk is full the log keeps what it holds.
  if (files_ && !is_reader() && !failed_) (void)files_->flush();
  files_.reset();
  std::error_code ignored;
  if (!scratch_.empty()) fs::remove_all(scratch_, ignored);
}

// --- reading

result<database::pin> database::files() const {
  const std::lock_guard guard(mutex_);
  if (!files_) return *closed_because_;
  return files_;
}

result<std::optional<std::string>> database::get(family which, std::string_view key) const {
  FRESHET_ASSIGN(const auto open, files());
  std::string value;
  const auto outcome = (*open)->Get(rocksdb::ReadOptions(), (*open)[which], slice_of(key), &value);
  if (outcome.IsNotFound()) return std::optional<std::string>();
  if (!outcome.ok()) return to_error(outcome, path_.string());
  return std::optional(std::move(value));
}

bool database::may_hold(family which, std::string_view key) const {
  // Who opens the files anew holds the lock for long.
  std::unique_lock lock(mutex_, std::try_to_lock);
  if (!lock || !files_) return true;
  const pin open = files_;
  lock.unlock();
  rocksdb::ReadOptions memory_alone;
  memory_alone.read_tier = rocksdb::kBlockCacheTier;
  rocksdb::PinnableSlice value;
  return !(*open)->Get(memory_alone, (*open)[which], slice_of(key), &value).IsNotFound();
}

result<database::lookups> database::get_all(family which, const std::vector<rocksdb::Slice>& keys) const {
  FRESHET_ASSIGN(const auto open, files());
  lookups found{std::vector<rocksdb::PinnableSlice>(keys.size()), std::vector<rocksdb::Status>(keys.size())};
  (*open)->MultiGet(rocksdb::ReadOptions(), (*open)[which], keys.size(), keys.data(), found.values.data(),
                    found.outcomes.data(), /*sorted_input=*/true);
  for (const auto& outcome : found.outcomes) {
    if (!outcome.ok() && !outcome.IsNotFound()) return to_error(outcome, path_.string());
  }
  return found;
}

result<database::snapshot_ptr> database::snapshot() const {
  if (is_reader()) return snapshot_ptr();
  FRESHET_ASSIGN(const auto open, files());
  return snapshot_ptr((*open)->GetSnapshot(),
                      [open](const rocksdb::Snapshot* moment) { (*open)->ReleaseSnapshot(moment); });
}

database::range database::with_prefix(std::string_view prefix) {
  range keys{std::string(prefix), std::string(prefix)};
  while (!keys.last.empty() && keys.last.back() == '\xff') keys.last.pop_back();
  if (!keys.last.empty()) ++keys.last.back();
  return keys;
}

// --- writing

result<write_batch> database::begin() {
  if (is_reader()) {
    return error{error_code::unsupported, "the database " + path_.string() + " was opened for reading"};
  }
  std::error_code failure;
  const auto space = fs::space(path_, failure);
  if (!failure && space.available < options_.reserved_bytes) {
    return error{error_code::exhausted, "the disk of " + path_.string() + " has " +
                                            std::to_string(space.available >> 20) + " MiB left; " +
                                            std::to_string(options_.reserved_bytes >> 20) +
                                            " MiB are kept in reserve, writing goes on when there is more"};
  }
  if (failed_) FRESHET_TRY(reopen_after_failure());
  FRESHET_ASSIGN(auto open, files());
  return write_batch(std::move(open));
}

/// Writes nothing, so it succeeds on a disk that is full: reading goes on until the next attempt.
void database::open_for_reading_on() {
  auto settings = database_settings();
  settings.info_log = std::make_shared<info_log>(path_);
  auto opened = std::make_shared<open_files>();
  if (opened->open_read_only(settings, path_, options_.block_cache_bytes).ok()) files_ = std::move(opened);
}

status database::reopen_after_failure() {
  const std::lock_guard guard(mutex_);
  if (!failed_) return success{};
  if (files_.use_count() > 1) {
    return error{error_code::unavailable,
                 "the database " + path_.string() + " recovers when the reads in work have ended; try again"};
  }
  files_.reset();
  ++generation_;
  if (auto opened = open_as_owner(); !opened) {
    closed_because_ = opened.failure();
    open_for_reading_on();
    return opened;
  }
  failed_ = false;
  return success{};
}

status database::write(write_batch& batch, bool sync) {
  rocksdb::SetPerfLevel(rocksdb::PerfLevel::kDisable);
  rocksdb::WriteOptions options;
  options.sync = sync;
  const write_watch::write watched(writes_);
  const auto outcome = (*batch.files_)->Write(options, &batch.batch_);
  if (outcome.ok()) return success{};
  failed_ = true;
  return to_error(outcome, "cannot write to the database " + path_.string());
}

status database::sync() {
  FRESHET_ASSIGN(const auto open, files());
  const write_watch::write watched(writes_);
  const auto outcome = (*open)->SyncWAL();
  if (outcome.ok()) return success{};
  failed_ = true;
  return to_error(outcome, "cannot write to the database " + path_.string());
}

}  // namespace freshet

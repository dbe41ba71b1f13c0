// Getting rid of bytes: removed keys stay in the write-ahead log and in tables until somebody sees to it.
#include <algorithm>
#include <fstream>
#include <set>
#include <thread>

#include "io/store/checkpoint.hpp"
#include "io/store/database.hpp"

namespace freshet {
namespace {

namespace fs = std::filesystem;
using steady = std::chrono::steady_clock;

constexpr auto look_again = std::chrono::milliseconds(10);

std::string current_manifest(const fs::path& path) {
  std::string name;
  std::ifstream(path / "CURRENT") >> name;
  return name;
}

/// An empty log stays in use where nothing was written since the database was opened.
bool holds_data(const fs::path& file) {
  std::error_code gone;
  if (fs::file_size(file, gone) == 0 || gone) return false;
  return file.extension() == ".sst" || file.extension() == ".log" || file.filename().string().starts_with("MANIFEST");
}

std::set<std::string> data_files(const fs::path& path) {
  std::set<std::string> names;
  std::error_code ignored;
  for (const auto& file : fs::directory_iterator(path, ignored)) {
    if (holds_data(file.path())) names.insert(file.path().filename().string());
  }
  return names;
}

/// A snapshot from before keeps what was removed since.
bool has_snapshot_before(const open_files& open, rocksdb::SequenceNumber newest) {
  std::uint64_t oldest = 0;
  open->GetIntProperty(rocksdb::DB::Properties::kOldestSnapshotSequence, &oldest);
  return oldest != 0 && oldest < newest;
}

}  // namespace

status database::purge_files(std::chrono::seconds patience) {
  FRESHET_ASSIGN(const auto open, files());
  const auto deadline = steady::now() + patience;
  const error still_read{
      error_code::unavailable,
      "a read of " + path_.string() +
          " that began before still goes on, and keeps what was removed; try again when it has ended"};
  const error still_copied{error_code::unavailable, path_.string() +
                                                        " is being copied by a backup that began before and holds what "
                                                        "was removed; try again when it has ended"};
  const auto newest = (*open)->GetLatestSequenceNumber();
  while (has_snapshot_before(*open, newest)) {
    if (steady::now() > deadline) return still_read;
    std::this_thread::sleep_for(look_again);
  }

  const auto before = data_files(path_);
  const auto manifest = current_manifest(path_);
  if (const auto flushed = open->flush(); !flushed.ok()) return to_error(flushed, path_.string());
  rocksdb::CompactRangeOptions everything;
  everything.exclusive_manual_compaction = false;
  everything.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
  for (auto* handle : open->families()) {
    const auto compacted = (*open)->CompactRange(everything, handle, nullptr, nullptr);
    if (!compacted.ok()) return to_error(compacted, path_.string());
  }
  while (current_manifest(path_) == manifest && steady::now() < deadline) {
    // Little had to be compacted. A change of options, even to what they are, is one more line, and a full one is begun
    // anew.
    const auto begun = (*open)->SetOptions((*open)[family::meta], {{"max_write_buffer_number", "4"}});
    if (!begun.ok()) return to_error(begun, path_.string());
  }

  // Files that nobody needs are removed now instead of some time; those that somebody reads when that ends.
  for (;;) {
    (*open)->DisableFileDeletions();
    (*open)->EnableFileDeletions(/*force=*/false);
    std::vector<rocksdb::LiveFileMetaData> live;
    (*open)->GetLiveFilesMetaData(&live);
    std::set<std::string> kept;
    for (const auto& file : live) kept.insert(file.name.substr(file.name.find_last_of('/') + 1));
    const auto present = data_files(path_);
    const bool gone = std::none_of(before.begin(), before.end(),
                                   [&](const auto& name) { return present.contains(name) && !kept.contains(name); });
    const bool copied = has_checkpoint(path_);
    if (gone && !copied) return success{};
    if (steady::now() > deadline) return copied ? still_copied : still_read;
    std::this_thread::sleep_for(look_again);
  }
}

}  // namespace freshet

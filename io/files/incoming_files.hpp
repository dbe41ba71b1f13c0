// What:     the event files that arrive in a directory: which are complete, and were not taken before.
// Complete: nobody has the file open for writing, which a lease tells: so the moment it is closed or moved in. Where a
//           lease tells nothing (files of another user, network file systems): when size and time of change are the
//           same as `settle` ago. Never: empty and hidden files, names that tell no format of event_reader.hpp (and so
//           .tmp, .part, .crdownload), *.rejected.ndjson.
// Taken:    known by name, size and time of change, so that a file which is written anew counts again. The memory is a
//           file of one hash a line, appended to. What a kill or a loss takes of it is taken again, and changes
//           nothing: events are known by their content (content_key.hpp).
// Changes:  `descriptor` can be read when something came, the directory itself included where that above it exists.
//           Changes from other machines are not told: look at intervals besides.
// Errors:   conflict when another process has the memory; io_failure naming the path. A directory that does not exist
//           is an empty one.
// Threads:  one.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "io/files/file_descriptor.hpp"

namespace freshet {

struct incoming_file {
  std::filesystem::path path;
  std::uint64_t bytes{};
  std::int64_t changed_ns{};
};

class incoming_files {
 public:
  struct options {
    std::filesystem::path directory;
    /// Made where it is missing, with its directory.
    std::filesystem::path memory;
    std::chrono::milliseconds settle{5'000};
    bool uses_leases = true;
  };
  static result<std::unique_ptr<incoming_files>> open(options wanted);

  struct sight {
    /// The oldest first.
    std::vector<incoming_file> complete;
    /// Nobody can tell yet: look again after `settle`.
    std::vector<incoming_file> unsettled;
    std::vector<incoming_file> being_written;
  };
  result<sight> look();
  /// Not shown again, by this process or a later one.
  status note_taken(const incoming_file& file);
  /// Not shown again by this process.
  void note_bad(const incoming_file& file);
  /// Removes taken files, and the rows that were rejected of them, that were last changed before `oldest_ns`; how many.
  result<std::size_t> remove_taken(std::int64_t oldest_ns);

  /// -1 where the system tells of no changes.
  int descriptor() const { return notifications_.number(); }

 private:
  incoming_files(options wanted, file_descriptor memory, file_descriptor notifications);
  status remember();
  /// Drops what no file here stands for when that is most of it.
  status forget_the_gone(const std::vector<incoming_file>& present);
  void follow();
  result<std::vector<incoming_file>> list() const;
  enum class state { complete, unsettled, being_written, gone };
  state state_of(const incoming_file& file);

  const options options_;
  const file_descriptor memory_;
  const file_descriptor notifications_;
  /// The watch on the directory above one that does not exist; -1 = none.
  int above_ = -1;
  std::set<std::string, std::less<>> taken_;
  std::set<std::string, std::less<>> bad_;
  /// When a file was first seen as it is now.
  std::map<std::string, std::chrono::steady_clock::time_point, std::less<>> seen_;
  bool is_pruned_ = false;
};

}  // namespace freshet

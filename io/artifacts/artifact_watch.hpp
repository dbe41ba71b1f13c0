// What:    tells that something changed below an artifacts root: another registry, a model copied in or overwritten, a
//          root that did not exist before.
// Why:     a new model should serve within a second, not with the next look at an interval.
// How:     inotify on the root and the directories below it (types, versions, parts); while the root does not exist, on
//          the nearest directory above it. `cover` before artifacts are read: what changes afterwards is seen.
// Settling: changes come in bursts (a copy writes file by file); `settled` says yes once nothing came since it was
//          asked before, or after a few askings in any case.
// Limits:  changes made on another machine of a network file system are not seen, nor what happens when the system has
//          no watches left (fs.inotify.max_user_watches): whoever needs those looks at an interval besides.
// Errors:  unavailable when the system gives no inotify.
// Threads: every member from any thread.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <mutex>

#include "core/base/result.hpp"
#include "io/files/file_descriptor.hpp"

namespace freshet {

class artifact_watch {
 public:
  static result<std::unique_ptr<artifact_watch>> open(const std::filesystem::path& root);

  /// Watches what there is now below the root, and a model's directory that lies elsewhere (may be empty).
  void cover(const std::filesystem::path& elsewhere = {});
  /// Never waits.
  bool settled();
  /// `settled` says yes once after that time, whatever happens until then.
  void look_again_in(std::chrono::milliseconds time);

 private:
  artifact_watch(std::filesystem::path root, file_descriptor notifications)
      : root_(std::move(root)), notifications_(std::move(notifications)) {}
  bool drain();
  void add(const std::filesystem::path& directory);

  const std::filesystem::path root_;
  const file_descriptor notifications_;
  std::mutex mutex_;
  /// What must exist before a change above the root matters; empty = the root exists.
  std::filesystem::path awaited_;
  bool changed_ = false;
  int askings_ = 0;
  std::chrono::steady_clock::time_point look_at_ = std::chrono::steady_clock::time_point::max();
};

}  // namespace freshet

#include "io/artifacts/artifact_watch.hpp"

#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <string_view>
#include <utility>

namespace freshet {
namespace {

namespace fs = std::filesystem;

/// type, version, parts, part of a blend
constexpr int depth_max = 4;
/// A writer that never rests must not keep its changes from being seen.
constexpr int askings_max = 5;

/// What this program writes beside what counts: temporary files, what is being imported, the lock.
bool is_of_no_account(std::string_view name) {
  return name.starts_with('.') || name == "registry.lock";
}

}  // namespace

result<std::unique_ptr<artifact_watch>> artifact_watch::open(const fs::path& root) {
  file_descriptor notifications(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  if (!notifications.is_open()) {
    return error{error_code::unavailable,
                 system_failure("cannot watch", root).message + "; raise fs.inotify.max_user_instances"};
  }
  std::error_code failed;
  auto absolute = fs::absolute(root, failed);
  return std::unique_ptr<artifact_watch>(new artifact_watch(failed ? root : absolute, std::move(notifications)));
}

void artifact_watch::add(const fs::path& directory) {
  // Known directories keep their watch.
  ::inotify_add_watch(notifications_.number(), directory.c_str(),
                      IN_CLOSE_WRITE | IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ONLYDIR);
}

void artifact_watch::cover(const fs::path& elsewhere) {
  const std::lock_guard lock(mutex_);
  std::error_code failed;
  awaited_.clear();
  if (!fs::is_directory(root_, failed)) {
    fs::path existing = root_;
    while (existing.has_relative_path() && !fs::is_directory(existing, failed)) {
      awaited_ = existing;
      existing = existing.parent_path();
    }
    add(existing);
    // Made meanwhile.
    if (fs::exists(awaited_, failed)) changed_ = true;
    return;
  }
  add(root_);
  if (!elsewhere.empty()) add(elsewhere);
  for (auto each = fs::recursive_directory_iterator(root_, failed); !failed && each != fs::end(each);
       each.increment(failed)) {
    if (!each->is_directory(failed)) continue;
    const bool counts = !is_of_no_account(each->path().filename().string());
    if (counts) add(each->path());
    if (!counts || each.depth() + 1 >= depth_max) each.disable_recursion_pending();
  }
}

bool artifact_watch::drain() {
  alignas(inotify_event) std::array<char, 4096> buffer;
  bool any = false;
  for (;;) {
    const auto got = ::read(notifications_.number(), buffer.data(), buffer.size());
    if (got <= 0) break;
    for (const char* at = buffer.data(); at < buffer.data() + got;) {
      const auto* each = reinterpret_cast<const inotify_event*>(at);
      any = any || each->len == 0 || !is_of_no_account(each->name);
      at += sizeof(inotify_event) + each->len;
    }
  }
  std::error_code failed;
  return any && (awaited_.empty() || fs::exists(awaited_, failed));
}

bool artifact_watch::settled() {
  const std::lock_guard lock(mutex_);
  const bool is_due = std::chrono::steady_clock::now() >= look_at_;
  if (is_due) look_at_ = std::chrono::steady_clock::time_point::max();
  const bool came = drain();
  changed_ = changed_ || came;
  if (changed_ && came && ++askings_ < askings_max) return is_due;
  const bool was_changed = std::exchange(changed_, false);
  askings_ = 0;
  return was_changed || is_due;
}

void artifact_watch::look_again_in(std::chrono::milliseconds time) {
  const std::lock_guard lock(mutex_);
  look_at_ = std::chrono::steady_clock::now() + time;
}

}  // namespace freshet

#include "io/files/incoming_files.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <tuple>
#include <utility>

#include "core/base/hash.hpp"
#include "io/files/atomic_file.hpp"
#include "io/files/event_reader.hpp"
#include "io/files/rejected_rows.hpp"

namespace freshet {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t mark_size = 32;

/// 32 hexadecimal digits for the file as it is.
std::string mark_of(const incoming_file& file) {
  const std::string facts =
      file.path.filename().string() + '\0' + std::to_string(file.bytes) + '\0' + std::to_string(file.changed_ns);
  std::array<char, mark_size + 1> text{};
  std::snprintf(text.data(), text.size(), "%016llx%016llx", static_cast<unsigned long long>(hash64(facts, 0)),
                static_cast<unsigned long long>(hash64(facts, 1)));
  return text.data();
}

/// Whether other machines, or other programs below a mount, may write a file of this one without its kernel knowing: a
/// lease says nothing there, and on some is refused as if somebody were writing.
bool is_shared(int descriptor) {
  constexpr std::array<std::uint32_t, 8> network{
      0x6969 /* NFS */,      0xff534d42 /* CIFS */, 0xfe534d42 /* SMB 2 */, 0x517b /* SMB */,
      0x00c36400 /* Ceph */, 0x01021997 /* 9P */,   0x65735546 /* FUSE */,  0x5346414f /* AFS */};
  struct statfs facts {};
  return ::fstatfs(descriptor, &facts) == 0 &&
         std::find(network.begin(), network.end(), static_cast<std::uint32_t>(facts.f_type)) != network.end();
}

bool may_be_events(const std::string& name) {
  return !name.starts_with('.') && !name.ends_with(rejected_rows::ending) && format_of(name).has_value();
}

}  // namespace

result<std::unique_ptr<incoming_files>> incoming_files::open(options wanted) {
  std::error_code failed;
  fs::create_directories(wanted.memory.parent_path(), failed);
  file_descriptor memory(::open(wanted.memory.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0666));
  if (!memory.is_open()) return system_failure("cannot remember taken files in", wanted.memory);
  if (::flock(memory.number(), LOCK_EX | LOCK_NB) != 0) {
    return error{error_code::conflict, "another process, or the running service, takes in the files of " +
                                           wanted.directory.string() + " already; there is nothing to do here"};
  }
  // Without notifications files are seen at intervals.
  file_descriptor notifications(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  std::unique_ptr<incoming_files> opened(
      new incoming_files(std::move(wanted), std::move(memory), std::move(notifications)));
  FRESHET_TRY(opened->remember());
  return opened;
}

incoming_files::incoming_files(options wanted, file_descriptor memory, file_descriptor notifications)
    : options_(std::move(wanted)), memory_(std::move(memory)), notifications_(std::move(notifications)) {}

status incoming_files::remember() {
  FRESHET_ASSIGN(const auto text, read_file(options_.memory));
  for (std::size_t at = 0; at + mark_size < text.size(); at += mark_size + 1) {
    if (text[at + mark_size] != '\n') break;
    taken_.insert(text.substr(at, mark_size));
  }
  // A kill may have left half a line.
  const auto whole = static_cast<off_t>(text.size() - text.size() % (mark_size + 1));
  if (static_cast<std::size_t>(whole) < text.size() && ::ftruncate(memory_.number(), whole) != 0) {
    return system_failure("cannot write", options_.memory);
  }
  return success{};
}

status incoming_files::forget_the_gone(const std::vector<incoming_file>& present) {
  constexpr std::size_t marks_min = 1'000;
  if (std::exchange(is_pruned_, true) || taken_.size() < marks_min + 2 * present.size()) return success{};
  std::set<std::string, std::less<>> kept;
  std::string lines;
  for (const auto& file : present) {
    auto mark = mark_of(file);
    if (!taken_.contains(mark)) continue;
    lines += mark + "\n";
    kept.insert(std::move(mark));
  }
  if (::ftruncate(memory_.number(), 0) != 0) return system_failure("cannot write", options_.memory);
  taken_ = std::move(kept);
  return write_fully(memory_, lines, options_.memory);
}

void incoming_files::follow() {
  if (!notifications_.is_open()) return;
  std::array<char, 4096> told;
  while (::read(notifications_.number(), told.data(), told.size()) > 0) {
  }
  constexpr std::uint32_t arrivals = IN_CLOSE_WRITE | IN_CREATE | IN_MOVED_TO | IN_ONLYDIR;
  const auto watch = [&](const fs::path& directory) {
    return ::inotify_add_watch(notifications_.number(), directory.empty() ? "." : directory.c_str(), arrivals);
  };
  // Each time anew: the directory may be another than at the last look. What is watched stays so.
  bool is_there = watch(options_.directory) >= 0 || errno != ENOENT;
  if (!is_there) {
    above_ = watch(options_.directory.parent_path());
    // It may have come in between.
    is_there = watch(options_.directory) >= 0;
  }
  if (is_there && above_ >= 0) ::inotify_rm_watch(notifications_.number(), std::exchange(above_, -1));
}

result<std::vector<incoming_file>> incoming_files::list() const {
  std::vector<incoming_file> found;
  std::error_code failed;
  for (fs::directory_iterator each(options_.directory, failed); !failed && each != fs::directory_iterator();
       each.increment(failed)) {
    if (!may_be_events(each->path().filename().string())) continue;
    struct stat facts {};
    if (::stat(each->path().c_str(), &facts) != 0 || !S_ISREG(facts.st_mode) || facts.st_size == 0) continue;
    found.push_back({.path = each->path(),
                     .bytes = static_cast<std::uint64_t>(facts.st_size),
                     .changed_ns = facts.st_mtim.tv_sec * 1'000'000'000LL + facts.st_mtim.tv_nsec});
  }
  if (failed && failed != std::errc::no_such_file_or_directory) {
    return error{error_code::io_failure, "cannot read " + options_.directory.string() + ": " + failed.message()};
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
    return std::tie(a.changed_ns, a.path) < std::tie(b.changed_ns, b.path);
  });
  return found;
}

incoming_files::state incoming_files::state_of(const incoming_file& file) {
  if (options_.uses_leases) {
    const file_descriptor opened(::open(file.path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    // Whoever reads it will be told why it cannot be read.
    if (!opened.is_open()) return errno == ENOENT ? state::gone : state::complete;
    if (!is_shared(opened.number())) {
      // A writer who opens it at this moment makes a signal; SIGURG is one that nobody minds.
      ::fcntl(opened.number(), F_SETSIG, SIGURG);
      if (::fcntl(opened.number(), F_SETLEASE, F_RDLCK) == 0) {
        ::fcntl(opened.number(), F_SETLEASE, F_UNLCK);
        return state::complete;
      }
      if (errno == EAGAIN) return state::being_written;
    }
  }
  const auto now = std::chrono::steady_clock::now();
  const auto [first, is_new] = seen_.try_emplace(mark_of(file), now);
  return !is_new && now - first->second >= options_.settle ? state::complete : state::unsettled;
}

result<incoming_files::sight> incoming_files::look() {
  follow();
  FRESHET_ASSIGN(auto present, list());
  FRESHET_TRY(forget_the_gone(present));
  sight seen;
  for (auto& file : present) {
    const auto mark = mark_of(file);
    if (taken_.contains(mark) || bad_.contains(mark)) continue;
    switch (state_of(file)) {
      case state::complete:
        seen.complete.push_back(std::move(file));
        break;
      case state::unsettled:
        seen.unsettled.push_back(std::move(file));
        break;
      case state::being_written:
        seen.being_written.push_back(std::move(file));
        break;
      case state::gone:
        break;
    }
  }
  if (seen.complete.empty() && seen.unsettled.empty()) seen_.clear();
  return seen;
}

status incoming_files::note_taken(const incoming_file& file) {
  auto mark = mark_of(file);
  FRESHET_TRY(write_fully(memory_, mark + "\n", options_.memory));
  taken_.insert(std::move(mark));
  return success{};
}

void incoming_files::note_bad(const incoming_file& file) {
  bad_.insert(mark_of(file));
}

result<std::size_t> incoming_files::remove_taken(std::int64_t oldest_ns) {
  FRESHET_ASSIGN(const auto present, list());
  std::size_t removed = 0;
  for (const auto& file : present) {
    if (file.changed_ns >= oldest_ns || !taken_.contains(mark_of(file))) continue;
    if (::unlink(file.path.c_str()) != 0 && errno != ENOENT) return system_failure("cannot remove", file.path);
    ++removed;
    std::error_code none;
    fs::remove(file.path.string() + std::string(rejected_rows::ending), none);
  }
  return removed;
}

}  // namespace freshet

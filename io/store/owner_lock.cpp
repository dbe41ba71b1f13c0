#include "io/store/owner_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

namespace freshet {
namespace {

/// What the owner wrote, or nothing when it has not come to that yet.
std::string read_pid(int descriptor) {
  std::array<char, 32> text{};
  const auto length = ::pread(descriptor, text.data(), text.size(), 0);
  std::string pid(text.data(), length > 0 ? static_cast<std::size_t>(length) : 0);
  return pid.substr(0, pid.find('\n'));
}

}  // namespace

result<owner_lock> owner_lock::take(const std::filesystem::path& database) {
  const auto file = database / "owner.pid";
  // Closed on exec: a child (the trainer) must not keep the database of a parent that has died.
  owner_lock lock(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (lock.descriptor_ < 0) {
    return error{error_code::io_failure, "cannot open " + file.string() + ": " + std::strerror(errno)};
  }
  if (::flock(lock.descriptor_, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) {
      return error{error_code::io_failure, "cannot lock " + file.string() + ": " + std::strerror(errno)};
    }
    const auto pid = read_pid(lock.descriptor_);
    return error{error_code::conflict, "database " + database.string() + " is owned by " +
                                           (pid.empty() ? "another process" : "process " + pid) +
                                           "; stop it, or send it the request over HTTP"};
  }
  const std::string pid = std::to_string(::getpid()) + "\n";
  if (::ftruncate(lock.descriptor_, 0) != 0 ||
      ::pwrite(lock.descriptor_, pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size())) {
    return error{errno == ENOSPC ? error_code::exhausted : error_code::io_failure,
                 "cannot write " + file.string() + ": " + std::strerror(errno)};
  }
  return lock;
}

owner_lock::owner_lock(owner_lock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

owner_lock::~owner_lock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace freshet

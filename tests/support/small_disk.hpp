// What: a disk of its own, in memory, that a test fills, empties, and makes read-only (mount needs root).
#pragma once

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>

#include "core/base/check.hpp"
#include "tests/support/temporary_directory.hpp"

namespace freshet::testing {

class small_disk {
 public:
  explicit small_disk(int mebibytes) {
    const std::string size = "size=" + std::to_string(mebibytes) + "m";
    if (::mount("tmpfs", path().c_str(), "tmpfs", 0, size.c_str()) != 0) refused_ = std::strerror(errno);
  }
  ~small_disk() {
    // What a process that is being killed holds open goes later.
    if (refused_.empty()) ::umount2(path().c_str(), MNT_DETACH);
  }
  small_disk(const small_disk&) = delete;
  small_disk& operator=(const small_disk&) = delete;

  /// Why there is none; empty when there is one.
  const std::string& refused() const { return refused_; }
  const std::filesystem::path& path() const { return directory_.path(); }

  std::size_t free_mebibytes() const {
    struct statvfs space {};
    FRESHET_CHECK(::statvfs(path().c_str(), &space) == 0);
    return space.f_bavail * space.f_frsize >> 20;
  }
  /// Takes space until this much is left; 0 = to the last byte.
  void fill(std::size_t mebibytes_left) {
    const int file = ::open((path() / "ballast").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    FRESHET_CHECK(file >= 0);
    const std::string block(64 << 10, 'x');
    while (free_mebibytes() > mebibytes_left) FRESHET_CHECK(::write(file, block.data(), block.size()) > 0);
    while (mebibytes_left == 0 && ::write(file, block.data(), block.size()) > 0) {
    }
    ::close(file);
  }
  void empty() { std::filesystem::remove(path() / "ballast"); }
  /// False when somebody holds a file open for writing.
  bool set_read_only(bool wanted) {
    return ::mount("tmpfs", path().c_str(), "tmpfs", MS_REMOUNT | (wanted ? MS_RDONLY : 0), nullptr) == 0;
  }

 private:
  temporary_directory directory_;
  std::string refused_;
};

}  // namespace freshet::testing

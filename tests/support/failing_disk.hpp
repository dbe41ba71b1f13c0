// What: a disk of its own, a file with ext4 in it, that a test makes fail, as a broken one does: from one moment to the
//       next nothing can be written, whoever holds files open for it; or stand still: writes wait until it goes on.
//       Needs root, a loop device and a kernel that can pretend errors.
#pragma once

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include "core/base/check.hpp"
#include "tests/support/temporary_directory.hpp"

namespace freshet::testing {

class failing_disk {
 public:
  explicit failing_disk(int mebibytes) {
    std::ofstream(image()).close();
    std::filesystem::resize_file(image(), static_cast<std::uintmax_t>(mebibytes) << 20);
    std::filesystem::create_directories(path());
    if (!runs("mkfs.ext4 -q -F '" + image().string() + "'") || !mounts()) {
      refused_ = "no loop device with ext4 can be mounted";
    } else if (!std::filesystem::exists(trigger())) {
      refused_ = "this kernel pretends no errors of ext4";
    }
  }
  ~failing_disk() {
    thaw();
    // What a process that is being killed holds open goes later.
    ::umount2(path().c_str(), MNT_DETACH);
  }
  failing_disk(const failing_disk&) = delete;
  failing_disk& operator=(const failing_disk&) = delete;

  /// Why there is none; empty when there is one.
  const std::string& refused() const { return refused_; }
  std::filesystem::path path() const { return directory_ / "disk"; }

  /// What nobody has flushed is lost then, as it is on a disk that breaks.
  void turn_read_only() { std::ofstream(trigger()) << "a test"; }
  void flush() {
    const int disk = ::open(path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    FRESHET_CHECK(disk >= 0 && ::syncfs(disk) == 0);
    ::close(disk);
  }
  /// When nobody uses it any more.
  void repair() {
    FRESHET_CHECK(::umount(path().c_str()) == 0);
    // 1: errors were found, and mended.
    const int found = std::system(("e2fsck -fy '" + image().string() + "' >/dev/null 2>&1").c_str());
    FRESHET_CHECK(WIFEXITED(found) && WEXITSTATUS(found) <= 1);
    FRESHET_CHECK(mounts());
  }
  void freeze() { FRESHET_CHECK(control(FIFREEZE)); }
  bool thaw() { return control(FITHAW); }

 private:
  std::filesystem::path image() const { return directory_ / "image"; }
  static bool runs(const std::string& line) { return std::system((line + " >/dev/null 2>&1").c_str()) == 0; }
  bool mounts() const {
    return runs("mount -o loop,errors=remount-ro '" + image().string() + "' '" + path().string() + "'");
  }
  bool control(unsigned long what) const {
    const int disk = ::open(path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool done = disk >= 0 && ::ioctl(disk, what, 0) == 0;
    if (disk >= 0) ::close(disk);
    return done;
  }
  std::filesystem::path trigger() const {
    std::array<char, 256> device{};
    FILE* const said = ::popen(("findmnt -nro SOURCE '" + path().string() + "'").c_str(), "r");
    const auto* line = std::fgets(device.data(), device.size(), said);
    ::pclose(said);
    std::string name = line == nullptr ? "" : line;
    while (!name.empty() && name.back() == '\n') name.pop_back();
    return "/sys/fs/ext4/" + std::filesystem::path(name).filename().string() + "/trigger_fs_error";
  }

  temporary_directory directory_;
  std::string refused_;
};

}  // namespace freshet::testing

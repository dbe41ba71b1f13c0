#include "io/files/atomic_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <random>

namespace freshet {
namespace {

std::filesystem::path directory_of(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

/// ".registry.json.1f3c5a70": beside the file, so that rename stays within one file system, and hidden from whoever
/// watches the directory.
std::filesystem::path temporary_name(const std::filesystem::path& path, std::random_device& entropy) {
  char suffix[10];
  std::snprintf(suffix, sizeof suffix, ".%08x", entropy());
  return directory_of(path) / ("." + path.filename().string() + suffix);
}

}  // namespace

result<atomic_file> atomic_file::create(const std::filesystem::path& path) {
  // A replaced file keeps its permissions; a new one gets what the umask leaves.
  struct stat old {};
  const bool replaces = ::stat(path.c_str(), &old) == 0;
  std::random_device entropy;
  for (int attempt = 0; attempt < 100; ++attempt) {
    auto temporary = temporary_name(path, entropy);
    file_descriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    if (!file.is_open() && errno == EEXIST) continue;
    if (!file.is_open()) return system_failure("cannot write", path);
    atomic_file created(path, std::move(temporary), std::move(file));
    if (replaces && ::fchmod(created.file_.number(), old.st_mode & 07777) != 0) {
      return system_failure("cannot set the permissions of", path);
    }
    return created;
  }
  return error{error_code::io_failure, "cannot write " + path.string() + ": no free temporary name beside it"};
}

atomic_file::~atomic_file() {
  if (file_.is_open()) ::unlink(temporary_path_.c_str());
}

status atomic_file::write(std::string_view bytes) {
  return write_fully(file_, bytes, path_);
}

status atomic_file::commit() {
  if (::fsync(file_.number()) != 0) return system_failure("cannot flush", path_);
  if (::rename(temporary_path_.c_str(), path_.c_str()) != 0) return system_failure("cannot replace", path_);
  const file_descriptor done = std::move(file_);
  return sync_path(directory_of(path_));
}

status write_file_atomically(const std::filesystem::path& path, std::string_view content) {
  FRESHET_ASSIGN(auto file, atomic_file::create(path));
  FRESHET_TRY(file.write(content));
  return file.commit();
}

result<std::string> read_file(const std::filesystem::path& path) {
  FRESHET_ASSIGN(const auto file, open_for_reading(path));
  std::string content;
  // Not by the file's size: files of /proc and pipes have none.
  for (std::size_t piece = 64 << 10;; piece = content.size()) {
    const std::size_t before = content.size();
    content.resize(before + piece);
    FRESHET_ASSIGN(const std::size_t got, read_fully(file, std::span(content).subspan(before), path));
    content.resize(before + got);
    if (got < piece) return content;
  }
}

status sync_path(const std::filesystem::path& path) {
  const file_descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) return system_failure("cannot open", path);
  if (::fsync(file.number()) != 0) return system_failure("cannot flush", path);
  return success{};
}

}  // namespace freshet

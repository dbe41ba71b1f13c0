#include "io/files/file_descriptor.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

namespace freshet {

file_descriptor& file_descriptor::operator=(file_descriptor&& other) noexcept {
  std::swap(number_, other.number_);
  return *this;
}

file_descriptor::~file_descriptor() {
  if (number_ >= 0) ::close(number_);
}

error system_failure(std::string_view what, const std::filesystem::path& path) {
  const int reason = errno;
  const auto code = reason == ENOENT                       ? error_code::not_found
                    : reason == ENOSPC || reason == EDQUOT ? error_code::exhausted
                                                           : error_code::io_failure;
  return error{code, std::string(what) + " " + path.string() + ": " + std::generic_category().message(reason)};
}

result<file_descriptor> open_for_reading(const std::filesystem::path& path) {
  file_descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) return system_failure("cannot open", path);
  struct stat facts {};
  if (::fstat(file.number(), &facts) != 0) return system_failure("cannot open", path);
  if (S_ISDIR(facts.st_mode)) {
    return error{error_code::io_failure, "cannot open " + path.string() + ": it is a directory; give a file"};
  }
  return file;
}

status write_fully(const file_descriptor& file, std::string_view bytes, const std::filesystem::path& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file.number(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return system_failure("cannot write", path);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return success{};
}

result<std::size_t> read_fully(const file_descriptor& file, std::span<char> buffer, const std::filesystem::path& path) {
  std::size_t filled = 0;
  while (filled < buffer.size()) {
    const ssize_t got = ::read(file.number(), buffer.data() + filled, buffer.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_failure("cannot read", path);
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  return filled;
}

}  // namespace freshet

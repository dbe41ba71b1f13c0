#include "io/telemetry/log_erasure.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <set>
#include <string_view>
#include <unordered_set>

#include "core/base/text.hpp"

namespace freshet {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view before_id = "user_id=";
/// What follows the id in a request's line, as finish.cpp writes it.
constexpr std::string_view behind_id = ", topk=";

/// An id as the lines spell it: as text, and inside a JSON string.
void add_spellings(std::unordered_set<std::string>& spelled, const std::string& id) {
  std::string printable;
  append_printable(printable, id);
  std::string quoted;
  append_json_string(quoted, printable);
  spelled.insert(printable);
  spelled.insert(quoted.substr(1, quoted.size() - 2));
}

class open_file {
 public:
  explicit open_file(const fs::path& path) : number_(::open(path.c_str(), O_RDWR | O_CLOEXEC)) {}
  ~open_file() {
    if (number_ >= 0) ::close(number_);
  }
  open_file(const open_file&) = delete;
  open_file& operator=(const open_file&) = delete;
  int number() const { return number_; }

 private:
  int number_;
};

error failed(const fs::path& path) {
  return {error_code::io_failure, "cannot take users out of " + path.string() + ": " + std::strerror(errno)};
}

result<std::string> content_of(const open_file& file, const fs::path& path) {
  struct stat facts {};
  if (::fstat(file.number(), &facts) != 0) return failed(path);
  std::string content(static_cast<std::size_t>(facts.st_size), '\0');
  std::size_t read = 0;
  while (read < content.size()) {
    const auto got = ::pread(file.number(), content.data() + read, content.size() - read, static_cast<off_t>(read));
    if (got < 0) return failed(path);
    if (got == 0) break;
    read += static_cast<std::size_t>(got);
  }
  content.resize(read);
  return content;
}

result<std::uint64_t> erase_from(const fs::path& path, const std::unordered_set<std::string>& spelled) {
  const open_file file(path);
  if (file.number() < 0) return failed(path);
  FRESHET_ASSIGN(const auto content, content_of(file, path));
  std::uint64_t mentions = 0;
  for (auto at = content.find(before_id); at != std::string::npos; at = content.find(before_id, at)) {
    at += before_id.size();
    const auto line_end = std::min(content.find('\n', at), content.size());
    const auto end = std::min(content.find(behind_id, at), line_end);
    const auto id = content.substr(at, end - at);
    if (!spelled.contains(id)) continue;
    const std::string asterisks(id.size(), '*');
    if (::pwrite(file.number(), asterisks.data(), asterisks.size(), static_cast<off_t>(at)) !=
        static_cast<ssize_t>(asterisks.size())) {
      return failed(path);
    }
    ++mentions;
  }
  if (mentions > 0 && ::fsync(file.number()) != 0) return failed(path);
  return mentions;
}

/// Log files by what they are, whatever they are called at this moment: they are renamed when they are full.
std::set<fs::path> log_files(const fs::path& directory) {
  std::set<fs::path> files;
  std::error_code unreadable;
  for (fs::recursive_directory_iterator at(directory, unreadable); !unreadable && at != fs::end(at);
       at.increment(unreadable)) {
    const auto name = at->path().filename();
    if (at->is_symlink(unreadable) || !at->is_regular_file(unreadable)) continue;
    if (name.extension() == ".log" && name != "gdpr.log" && name != "registry_audit.log") files.insert(at->path());
  }
  return files;
}

}  // namespace

result<std::uint64_t> erase_users_from_logs(const fs::path& directory, std::span<const std::string> user_ids) {
  std::unordered_set<std::string> spelled;
  for (const auto& id : user_ids) add_spellings(spelled, id);
  std::uint64_t mentions = 0;
  // Again when files were renamed meanwhile: one may have moved to where it was looked at before.
  for (bool quiet = false; !quiet;) {
    const auto files = log_files(directory);
    for (const auto& path : files) {
      FRESHET_ASSIGN(const auto found, erase_from(path, spelled));
      mentions += found;
    }
    quiet = log_files(directory) == files;
  }
  return mentions;
}

}  // namespace freshet

#include "io/telemetry/audit_log.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <string>

#include "core/base/text.hpp"

namespace freshet {
namespace {

std::string in_utc(unix_seconds now) {
  const auto time = static_cast<std::time_t>(now);
  std::tm parts{};
  ::gmtime_r(&time, &parts);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &parts)};
}

}  // namespace

audit_log::audit_log(const std::filesystem::path& directory, const clock& time)
    : path_(directory / "gdpr.log"), time_(&time) {}

status audit_log::record(const entry& what) const {
  std::string line = in_utc(time_->now_seconds());
  line.append(" - ").append(what.action).append(" - user_id=");
  append_printable(line, what.user_id);
  line += " - ";
  if (what.failure.empty()) {
    line += "success";
  } else {
    line += "failure: ";
    append_printable(line, what.failure);
  }
  line += '\n';

  std::error_code ignored;
  std::filesystem::create_directories(path_.parent_path(), ignored);
  const int file = ::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
  const bool written =
      file >= 0 && ::write(file, line.data(), line.size()) == static_cast<ssize_t>(line.size()) && ::fsync(file) == 0;
  const int reason = errno;
  if (file >= 0) ::close(file);
  if (written) return success{};
  return error{error_code::io_failure, "cannot write to " + path_.string() + ": " + std::strerror(reason)};
}

}  // namespace freshet

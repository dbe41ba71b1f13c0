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

std::string audit_log::line_of(std::string_view action, std::string_view subject, std::string_view failure) const {
  std::string line = in_utc(time_->now_seconds());
  line.append(" - ").append(action).append(" - ");
  append_printable(line, subject);
  line += " - ";
  if (failure.empty()) {
    line += "success";
  } else {
    line += "failure: ";
    append_printable(line, failure);
  }
  return line + '\n';
}

status audit_log::record(const entry& what) const {
  return append(line_of(what.action, "user_id=" + std::string(what.user_id), what.failure));
}

status audit_log::record(std::string_view action, std::span<const std::string> user_ids,
                         std::string_view failure) const {
  std::string lines;
  for (const auto& id : user_ids) lines += line_of(action, "user_id=" + id, failure);
  return append(lines);
}

status audit_log::record(const retention_run& run) const {
  const std::string figures = "days=" + std::to_string(run.days) + ", events=" + std::to_string(run.events) +
                              ", users=" + std::to_string(run.users);
  return append(line_of("DATA_RETENTION", figures, run.failure));
}

status audit_log::append(const std::string& lines) const {
  std::error_code ignored;
  std::filesystem::create_directories(path_.parent_path(), ignored);
  const int file = ::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
  const bool written = file >= 0 && ::write(file, lines.data(), lines.size()) == static_cast<ssize_t>(lines.size()) &&
                       ::fsync(file) == 0;
  const int reason = errno;
  if (file >= 0) ::close(file);
  if (written) return success{};
  return error{error_code::io_failure, "cannot write to " + path_.string() + ": " + std::strerror(reason)};
}

}  // namespace freshet

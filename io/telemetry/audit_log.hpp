// What:    the record of what was done with personal data: logs/gdpr.log, one line an action, never rotated or
//          rewritten.
// Format:  "YYYY-MM-DD HH:MM:SS - DATA_EXPORT - user_id=X - success", in UTC; "- failure: <reason>" when it failed. A
//          run of the retention: "... - DATA_RETENTION - days=180, events=12, users=3 - success".
// Safety:  control characters of ids and reasons are escaped, so that no user can forge a line. The lines of a call are
//          one write to a file opened for appending, so processes may write side by side; they are on disk when
//          `record` returns.
// Errors:  io_failure naming the file. Whoever may not act without a record must not act then.
// Threads: every member from any thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "core/base/clock.hpp"
#include "core/base/result.hpp"

namespace freshet {

class audit_log {
 public:
  /// `directory` is `logging.dir`; it is created with the first line.
  audit_log(const std::filesystem::path& directory, const clock& time);

  struct entry {
    /// DATA_EXPORT, DATA_DELETION
    std::string_view action;
    std::string_view user_id;
    /// Empty for a success.
    std::string_view failure;
  };
  status record(const entry& what) const;
  /// One action for many users.
  status record(std::string_view action, std::span<const std::string> user_ids, std::string_view failure) const;
  struct retention_run {
    std::uint32_t days{};
    std::uint64_t events{};
    std::uint64_t users{};
    std::string_view failure;
  };
  status record(const retention_run& run) const;

 private:
  std::string line_of(std::string_view action, std::string_view subject, std::string_view failure) const;
  status append(const std::string& lines) const;

  std::filesystem::path path_;
  const clock* time_;
};

}  // namespace freshet

// What:    log lines on standard error and in rotated files under `logging.dir`: service/api.log and
//          service/worker.log, cf/train.log, pipelines/pipelines.log, each with a link of its name in `logging.dir`
//          itself (api.log); text ("2026-11-23T10:15:00.123Z INFO user_id=..., latency=12ms") or JSON, one line an
//          entry.
// Why:     nothing outside this folder knows the logging library.
// Safety:  control characters and line breaks inside values are escaped, so that no user can forge a line.
// Threads: every member from any thread; lines are written by a thread of the log's own, those of 10 ms together;
//          warnings and errors, and what waits before them, at once.
// Limits:  16 KiB a line, 64 MiB a file, 5 older files (api.1.log, ...). 65,536 lines wait at most: when the disk is
//          slower than that, further lines are dropped and their number is logged. A full disk stops no caller.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "config/options.hpp"
#include "core/base/result.hpp"

namespace freshet {

enum class log_level { debug, info, warning, error };
/// DEBUG, INFO, WARNING or WARN, ERROR or CRITICAL, in any case.
[[nodiscard]] std::optional<log_level> parse_log_level(std::string_view name);

/// Which file: the service, the worker, training, or the pipelines (ingest, evaluate, backup).
enum class log_channel { service, worker, training, pipelines };

class log {
 public:
  /// Creates missing directories. Errors: io_failure naming the file; invalid_argument for a level that is none.
  static result<std::shared_ptr<log>> open(const logging_options& options, log_channel channel);
  /// Standard error only; for short commands and tests.
  static std::shared_ptr<log> to_stderr(std::string_view level = "INFO");

  virtual ~log() = default;
  virtual void write(log_level level, std::string_view message) = 0;
  /// A name that is no level changes nothing and is logged.
  virtual void set_level(std::string_view level) = 0;
  /// Returns when every line written before is in the file.
  virtual void flush() {}
  /// Opens the file anew after somebody (logrotate) has moved it away.
  virtual void reopen() {}

  void debug(std::string_view message) { write(log_level::debug, message); }
  void info(std::string_view message) { write(log_level::info, message); }
  void warning(std::string_view message) { write(log_level::warning, message); }
  void failure(std::string_view message) { write(log_level::error, message); }
};

}  // namespace freshet

// What:    log lines on standard error and in rotated files under `logging.dir`: service/api.log (with the link
//          api.log), cf/ (training), pipelines/ (ingest, evaluate); text or JSON, one line an entry.
// Why:     nothing outside this folder knows the logging library.
// Safety:  control characters and line breaks inside values are escaped, so that no user can forge a line.
// Threads: every member from any thread; lines are written by a thread of the log's own.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "config/options.hpp"
#include "core/base/result.hpp"

namespace freshet {

enum class log_level { debug, info, warning, error };
/// Which file: the service, training, or the pipelines.
enum class log_channel { service, training, pipelines };

class log {
 public:
  /// Creates missing directories. Errors: io_failure naming the directory.
  static result<std::shared_ptr<log>> open(const logging_options& options, log_channel channel);
  /// Standard error only; for short commands and tests.
  static std::shared_ptr<log> to_stderr(std::string_view level = "INFO");

  virtual ~log() = default;
  virtual void write(log_level level, std::string_view message) = 0;
  virtual void set_level(std::string_view level) = 0;

  void debug(std::string_view message) { write(log_level::debug, message); }
  void info(std::string_view message) { write(log_level::info, message); }
  void warning(std::string_view message) { write(log_level::warning, message); }
  void failure(std::string_view message) { write(log_level::error, message); }
};

}  // namespace freshet

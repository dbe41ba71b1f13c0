#include "io/telemetry/logging.hpp"

#include <spdlog/details/log_msg.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "io/telemetry/log_line.hpp"

namespace freshet {
namespace {

namespace fs = std::filesystem;
using file_sink = spdlog::sinks::rotating_file_sink_st;
using error_sink = spdlog::sinks::stderr_sink_st;

constexpr std::size_t file_bytes_max = 64 << 20;
constexpr std::size_t older_files = 5;
constexpr std::size_t lines_waiting_max = 65'536;
/// Lines that come within this time are written at once: waking a thread and writing costs more than a line.
constexpr std::chrono::milliseconds gathering{10};

/// The lines are complete: a sink must add nothing.
std::unique_ptr<spdlog::formatter> verbatim() {
  return std::make_unique<spdlog::pattern_formatter>("%v", spdlog::pattern_time_type::utc, "");
}

fs::path path_of(log_channel channel) {
  switch (channel) {
    case log_channel::service:
      return "service/api.log";
    case log_channel::worker:
      return "service/worker.log";
    case log_channel::training:
      return "cf/train.log";
    case log_channel::pipelines:
      return "pipelines/pipelines.log";
  }
  return "service/api.log";
}

/// logs/api.log -> service/api.log, where the runbook looks. A real file of that name is somebody else's and stays;
/// a file system without links is no reason not to log.
void link_to(const fs::path& directory, const fs::path& file) {
  std::error_code ignored;
  const fs::path link = directory / file.filename();
  if (fs::is_symlink(fs::symlink_status(link, ignored)) && fs::read_symlink(link, ignored) != file) {
    fs::remove(link, ignored);
  }
  fs::create_symlink(file, link, ignored);
}

/// Writes lines in the order in which they came, on a thread of its own.
class threaded_log final : public log {
 public:
  threaded_log(log_level level, log_format format, fs::path file)
      : format_(format), level_(level), file_(std::move(file)) {
    errors_.set_formatter(verbatim());
  }
  ~threaded_log() override {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    something_.notify_one();
    if (thread_.joinable()) thread_.join();
  }

  /// Opens the file, if there is one, and starts the thread.
  status start() {
    if (!file_.empty()) {
      if (const std::string why = open_file(); !why.empty()) {
        return error{error_code::io_failure, "cannot write the log file " + file_.string() + ": " + why +
                                                 "; set logging.dir to a directory that can be written"};
      }
    }
    thread_ = std::thread([this] { run(); });
    return success{};
  }

  void write(log_level level, std::string_view message) override {
    if (level < level_.load(std::memory_order_relaxed)) return;
    const auto now = std::chrono::system_clock::now();
    bool wake = false;
    {
      const std::lock_guard lock(mutex_);
      if (accepted_ - taken_ >= lines_waiting_max) {
        ++dropped_;
        return;
      }
      // One byte more than fits into a line, so that the line says that it was cut.
      const auto kept = message.substr(0, log_line_bytes_max + 1);
      waiting_.entries.push_back({now, level, kept.size()});
      waiting_.messages += kept;
      ++accepted_;
      wake = std::exchange(asleep_, false);
      if (level >= log_level::warning) wake = hurry_ = true;
    }
    if (wake) something_.notify_one();
  }

  void set_level(std::string_view level) override {
    if (const auto parsed = parse_log_level(level)) {
      level_.store(*parsed, std::memory_order_relaxed);
    } else {
      warning("log level " + std::string(level) + " is unknown and changes nothing; use DEBUG, INFO, WARNING or ERROR");
    }
  }

  void flush() override {
    std::unique_lock lock(mutex_);
    const std::uint64_t wanted = accepted_;
    hurry_ = true;
    something_.notify_one();
    written_or_stopped_.wait(lock, [&] { return written_ >= wanted; });
  }

  void reopen() override {
    const std::lock_guard lock(mutex_);
    reopen_ = hurry_ = true;
    something_.notify_one();
  }

 private:
  struct entry {
    std::chrono::system_clock::time_point at;
    log_level level;
    std::size_t bytes;
  };
  /// Messages one after the other; the log's thread makes lines of them.
  struct batch {
    std::vector<entry> entries;
    std::string messages;
  };

  void append_lines(const batch& from, std::string& lines) const {
    std::string_view rest = from.messages;
    for (const auto& [at, level, bytes] : from.entries) {
      append_log_line(lines, format_, at, level, rest.substr(0, bytes));
      rest.remove_prefix(bytes);
    }
  }

  /// Empty on success, else why not.
  std::string open_file() {
    try {
      output_ = std::make_unique<file_sink>(file_.string(), file_bytes_max, older_files);
      output_->set_formatter(verbatim());
      return {};
    } catch (const std::exception& failed) {
      return failed.what();
    }
  }

  void run() {
    batch taken;
    std::string lines;
    std::unique_lock lock(mutex_);
    while (true) {
      asleep_ = true;
      something_.wait(lock, [&] { return stopping_ || hurry_ || !waiting_.entries.empty(); });
      asleep_ = false;
      something_.wait_for(lock, gathering, [&] { return stopping_ || hurry_; });
      if (waiting_.entries.empty() && stopping_) return;
      std::swap(taken, waiting_);
      taken_ = accepted_;
      const std::uint64_t reached = accepted_;
      hurry_ = false;
      const bool reopen_now = std::exchange(reopen_, false);
      const std::uint64_t dropped = std::exchange(dropped_, 0);
      lock.unlock();
      if (reopen_now && output_) report(open_file());
      append_lines(taken, lines);
      if (dropped > 0) {
        append_log_line(lines, format_, std::chrono::system_clock::now(), log_level::warning,
                        std::to_string(dropped) + " log lines were dropped: the disk is too slow");
      }
      if (!lines.empty()) put(lines);
      lines.clear();
      taken.entries.clear();
      taken.messages.clear();
      lock.lock();
      written_ = reached;
      written_or_stopped_.notify_all();
    }
  }

  void put(const std::string& lines) {
    try {
      errors_.log(message_of(lines));
      if (!output_) return;
      output_->log(message_of(lines));
      output_->flush();
      failing_ = false;
    } catch (const std::exception& failed) {
      report(failed.what());
    }
  }

  /// Once for each stretch of failures: the disk is full, and standard error may be the only witness.
  void report(const std::string& why) {
    if (why.empty() || std::exchange(failing_, true)) return;
    std::string line;
    append_log_line(line, format_, std::chrono::system_clock::now(), log_level::error,
                    "cannot write the log file " + file_.string() + ": " + why);
    errors_.log(message_of(line));
  }

  static spdlog::details::log_msg message_of(const std::string& line) {
    return {spdlog::source_loc{}, spdlog::string_view_t{}, spdlog::level::info,
            spdlog::string_view_t(line.data(), line.size())};
  }

  const log_format format_;
  std::atomic<log_level> level_;

  // Only the log's thread uses these once it runs.
  const fs::path file_;
  std::unique_ptr<file_sink> output_;
  error_sink errors_;
  bool failing_ = false;

  std::mutex mutex_;
  std::condition_variable something_;
  std::condition_variable written_or_stopped_;
  batch waiting_;
  std::uint64_t accepted_ = 0;
  /// Of those accepted, what the thread has taken out of `waiting_`.
  std::uint64_t taken_ = 0;
  std::uint64_t written_ = 0;
  std::uint64_t dropped_ = 0;
  bool reopen_ = false;
  bool stopping_ = false;
  /// The thread waits for a first line.
  bool asleep_ = false;
  /// What waits is to be written now.
  bool hurry_ = false;
  std::thread thread_;
};

}  // namespace

result<std::shared_ptr<log>> log::open(const logging_options& options, log_channel channel) {
  const auto level = parse_log_level(options.level);
  if (!level) {
    return error{error_code::invalid_argument,
                 "logging.level: " + options.level + " is unknown; use DEBUG, INFO, WARNING or ERROR"};
  }
  const fs::path directory = options.dir;
  const fs::path file = path_of(channel);
  auto opened = std::make_shared<threaded_log>(*level, options.format, directory / file);
  FRESHET_TRY(opened->start());
  link_to(directory, file);
  return std::shared_ptr<log>(std::move(opened));
}

std::shared_ptr<log> log::to_stderr(std::string_view level) {
  auto opened =
      std::make_shared<threaded_log>(parse_log_level(level).value_or(log_level::info), log_format::text, fs::path());
  FRESHET_CHECK(opened->start().ok(), "a log without a file always starts");
  return opened;
}

}  // namespace freshet

// What:   event files that arrive in a directory (incoming_files.hpp) into a database or service, each as `ingest`
//         takes it, until a stop: `freshet stream-ingest`, and the incremental directory of `serve` and `worker`.
// Rules:  a file is remembered when everything of it is durable. One that cannot be read is told of once, and passed by
//         until it changes or the program starts again. A database or service that refuses is told of once, and tried
//         again at the interval; no file is to blame for it. The target is open only while there is work.
// Memory: <database>/taken/<a hash of the directory's path>; whoever may open the database may use it.
// Threads: one.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>

#include "core/base/clock.hpp"
#include "io/files/column_map.hpp"
#include "io/files/incoming_files.hpp"
#include "tools/freshet/file_ingestion.hpp"
#include "tools/freshet/ingest_target.hpp"
#include "tools/freshet/stop_request.hpp"

namespace freshet::tools {

struct arrival_plan {
  std::filesystem::path directory;
  std::filesystem::path database;
  column_map columns;
  /// How often the directory is looked at where nothing tells of changes.
  std::chrono::milliseconds interval{5'000};
  /// Taken files are removed so many days after their last change; 0 = never.
  std::uint32_t keep_days = 0;
  std::function<result<std::unique_ptr<ingest_target>>()> open_target;
  /// Of a file that was taken.
  std::function<void(const std::filesystem::path&, const ingestion_counts&)> on_taken;
  /// A file that cannot be read, or a target that refuses.
  std::function<void(const error&)> on_failure;
};

class arriving_files {
 public:
  /// Errors: conflict when another process takes files from there into this database.
  static result<std::unique_ptr<arriving_files>> open(arrival_plan plan);

  /// Takes what arrives until the stop.
  void follow(stop_condition& stop);
  struct remainder {
    std::size_t unreadable = 0;
    std::vector<incoming_file> being_written;
  };
  /// Takes what is there; tells what was not. Errors: of the target.
  result<remainder> take_once(stop_condition& stop);

 private:
  explicit arriving_files(arrival_plan plan) : plan_(std::move(plan)) {}
  /// Errors: of the target.
  status take(const std::vector<incoming_file>& files, stop_condition& stop);
  status take(const incoming_file& file, ingest_target& target, stop_condition& stop);
  void passed_by(const incoming_file& file, const error& why);
  status remove_old();

  const arrival_plan plan_;
  const system_clock time_;
  std::unique_ptr<incoming_files> incoming_;
  std::size_t unreadable_ = 0;
};

}  // namespace freshet::tools

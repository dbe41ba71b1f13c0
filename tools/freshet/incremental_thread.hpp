// What: takes event files that arrive in the incremental directory into the service of this process, until it is
//       destroyed.
// How:  worker.incremental_dir, or `incremental` beside the database; it need not exist. What becomes of each file is a
//       line in the log.
#pragma once

#include <memory>
#include <thread>

#include "config/options.hpp"
#include "io/telemetry/logging.hpp"
#include "tools/freshet/stop_request.hpp"

namespace freshet::tools {

class incremental_thread {
 public:
  incremental_thread(const options& settings, std::shared_ptr<log> journal);
  /// Ends behind the batch in hand.
  ~incremental_thread();
  incremental_thread(const incremental_thread&) = delete;
  incremental_thread& operator=(const incremental_thread&) = delete;

 private:
  void run(const options& settings);

  const std::shared_ptr<log> journal_;
  stop_flag stop_;
  std::thread thread_;
};

}  // namespace freshet::tools

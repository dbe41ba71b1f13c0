// What:    tells systemd how the service is: ready, reloading, stopping, alive (sd_notify(3), without its library).
// How:     datagrams to the socket that NOTIFY_SOCKET names; nobody is told where it is not set. The variables are
//          taken out of the environment, so that no child speaks for this process.
// Watchdog: where WATCHDOG_USEC is set, WATCHDOG=1 at half of it, each time after the supervisor has answered; a
//          service whose supervisor does not answer is killed and started anew by systemd.
// Threads: every member from any thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace freshet::tools {

class service_manager {
 public:
  /// Before any thread is started: it changes the environment.
  static service_manager from_environment();

  void ready(const std::string& status) const { tell("READY=1\nSTATUS=" + status); }
  /// To be followed by `ready`.
  void reloading() const;
  void stopping(const std::string& reason) const { tell("STOPPING=1\nSTATUS=stopping: " + reason); }
  void alive(const std::string& status) const { tell("WATCHDOG=1\nSTATUS=" + status); }
  std::optional<std::chrono::microseconds> watchdog() const { return watchdog_; }

 private:
  void tell(const std::string& state) const;

  std::string socket_;
  std::optional<std::chrono::microseconds> watchdog_;
};

/// Asks every half of the watchdog's time until it is destroyed.
class watchdog_thread {
 public:
  /// `ask` gives the status in words, or nothing when the service does not answer within the time it is given.
  using question = std::function<std::optional<std::string>(std::chrono::milliseconds)>;
  watchdog_thread(const service_manager& manager, question ask);
  ~watchdog_thread();
  watchdog_thread(const watchdog_thread&) = delete;
  watchdog_thread& operator=(const watchdog_thread&) = delete;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace freshet::tools

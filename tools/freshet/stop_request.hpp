// What: whether somebody pressed Ctrl-C or sent SIGTERM, for commands that stop between two units of work.
// How:  the signals are blocked, so that nothing is interrupted in the middle, and asked for when it suits. Make it
//       before any thread is started: threads inherit the mask. The second signal ends the process at once.
#pragma once

#include <csignal>
#include <optional>

namespace freshet::tools {

class stop_request {
 public:
  stop_request();
  /// Signals act as before.
  ~stop_request();
  stop_request(const stop_request&) = delete;
  stop_request& operator=(const stop_request&) = delete;

  bool is_made();
  /// 128 + the signal's number, as shells expect.
  int exit_code() const { return 128 + signal_.value_or(0); }

 private:
  sigset_t watched_;
  sigset_t before_;
  std::optional<int> signal_;
};

}  // namespace freshet::tools

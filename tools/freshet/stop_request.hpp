// What: whether work should end soon, asked between two units of it.
// Why:  commands end at Ctrl-C or SIGTERM; the same work in a thread of a service ends when the service does.
#pragma once

#include <chrono>
#include <csignal>
#include <optional>

#include "io/files/file_descriptor.hpp"

namespace freshet::tools {

class stop_condition {
 public:
  virtual ~stop_condition() = default;
  virtual bool is_made() = 0;
  /// Returns when it is made, when `other` can be read (-1 = nothing), or after `time`.
  void wait(std::chrono::milliseconds time, int other = -1) const;

 protected:
  /// Can be read as soon as it is made.
  virtual int descriptor() const = 0;
};

/// Made by Ctrl-C or SIGTERM. The signals are blocked, so that nothing is interrupted in the middle. Make it before any
/// thread is started: threads inherit the mask. The second signal ends the process at once.
class stop_request final : public stop_condition {
 public:
  stop_request();
  /// Signals act as before.
  ~stop_request() override;
  stop_request(const stop_request&) = delete;
  stop_request& operator=(const stop_request&) = delete;

  bool is_made() override;
  /// 128 + the signal's number, as shells expect.
  int exit_code() const { return 128 + signal_.value_or(0); }

 private:
  int descriptor() const override { return arrived_.number(); }

  sigset_t watched_;
  sigset_t before_;
  std::optional<int> signal_;
  file_descriptor arrived_;
};

/// Made by another thread.
class stop_flag final : public stop_condition {
 public:
  stop_flag();
  void make();
  bool is_made() override;

 private:
  int descriptor() const override { return made_.number(); }

  file_descriptor made_;
};

}  // namespace freshet::tools

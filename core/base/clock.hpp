// What: the time as an argument, so that tests can set it.
#pragma once

#include <chrono>
#include <cstdint>

namespace freshet {

/// Unix time in whole seconds, the unit of an event's `ts`.
using unix_seconds = std::int64_t;

class clock {
 public:
  virtual ~clock() = default;
  virtual std::chrono::system_clock::time_point now() const = 0;

  unix_seconds now_seconds() const {
    return std::chrono::duration_cast<std::chrono::seconds>(now().time_since_epoch()).count();
  }
};

class system_clock final : public clock {
 public:
  std::chrono::system_clock::time_point now() const override { return std::chrono::system_clock::now(); }
};

/// Stands still until it is moved.
class manual_clock final : public clock {
 public:
  explicit manual_clock(unix_seconds start = 0) : now_(std::chrono::seconds(start)) {}
  std::chrono::system_clock::time_point now() const override { return now_; }
  void advance(std::chrono::nanoseconds step) {
    now_ += std::chrono::duration_cast<std::chrono::system_clock::duration>(step);
  }

 private:
  std::chrono::system_clock::time_point now_;
};

}  // namespace freshet

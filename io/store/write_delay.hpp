// What:    how long writes to a database have been waiting for its disk.
// Why:     a disk that fails says so; one that is slow, or answers nothing any more, shows in nothing but this.
// Threads: from any thread.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace freshet {

class event_store;

/// Since the last write came to its end, while one is in work; 0 when none is.
class write_watch {
 public:
  using steady = std::chrono::steady_clock;

  /// One write, for as long as it lives.
  class write {
   public:
    explicit write(write_watch& of) : of_(of) {
      if (of_.in_work_++ == 0) of_.progress_at_ = steady::now().time_since_epoch().count();
    }
    ~write() {
      of_.progress_at_ = steady::now().time_since_epoch().count();
      --of_.in_work_;
    }
    write(const write&) = delete;
    write& operator=(const write&) = delete;

   private:
    write_watch& of_;
  };

  std::chrono::nanoseconds waiting() const {
    if (in_work_ == 0) return std::chrono::nanoseconds(0);
    return steady::now().time_since_epoch() - steady::duration(progress_at_.load());
  }

 private:
  std::atomic<std::int64_t> progress_at_ = 0;
  std::atomic<int> in_work_ = 0;
};

/// Of a store that event_store::open gave; 0 of any other.
[[nodiscard]] std::chrono::nanoseconds write_delay(const event_store& store);

}  // namespace freshet

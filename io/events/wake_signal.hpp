// What:    lets one thread wait for "something arrived" from several queues at once, or for an interruption.
// Why:     librdkafka tells of a queue that is no longer empty only by a callback from its own threads.
// How:     the waiting thread calls `expect` before it looks at the queues; what arrives after that ends the next wait,
//          so nothing slips between looking and waiting. An interruption is kept until a wait has seen it.
// Threads: expect and wait_until from one thread, arrived and interrupt from any.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace freshet {

class wake_signal {
 public:
  enum class reason { arrived, interrupted, deadline };

  void expect() {
    const std::lock_guard lock(mutex_);
    arrived_ = false;
  }

  void arrived() {
    {
      const std::lock_guard lock(mutex_);
      arrived_ = true;
    }
    changed_.notify_one();
  }

  void interrupt() {
    {
      const std::lock_guard lock(mutex_);
      interrupted_ = true;
    }
    changed_.notify_one();
  }

  reason wait_until(std::chrono::steady_clock::time_point deadline) {
    std::unique_lock lock(mutex_);
    const bool woken = changed_.wait_until(lock, deadline, [this] { return arrived_ || interrupted_; });
    if (!woken) return reason::deadline;
    if (!interrupted_) return reason::arrived;
    interrupted_ = false;
    return reason::interrupted;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool arrived_ = false;
  bool interrupted_ = false;
};

}  // namespace freshet

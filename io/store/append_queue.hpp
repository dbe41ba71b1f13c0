// What:    records on their way into the embedded log, from many threads to its one writer.
// Limits:  `records_max` records, those being written included; beyond that `push` refuses.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

#include "io/events/event_source.hpp"

namespace freshet {

class append_queue {
 public:
  struct entry {
    partition_id partition{};
    std::string key;
    std::string value;
    event_sink::delivered done;
  };

  explicit append_queue(std::size_t records_max) : records_max_(records_max) {}

  /// False when full; `what` is untouched then.
  bool push(entry& what) {
    {
      const std::lock_guard guard(mutex_);
      if (waiting_.size() + in_work_ >= records_max_) return false;
      waiting_.push_back(std::move(what));
    }
    changed_.notify_all();
    return true;
  }

  /// For the writer: what came first, at most `count`; waits up to `timeout` for something, or for `stop`.
  std::vector<entry> take(std::size_t count, std::chrono::milliseconds timeout) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, timeout, [this] { return !waiting_.empty() || stopped_; });
    std::vector<entry> taken;
    while (!waiting_.empty() && taken.size() < count) {
      taken.push_back(std::move(waiting_.front()));
      waiting_.pop_front();
    }
    in_work_ = taken.size();
    return taken;
  }

  /// For the writer: what it took is delivered.
  void finished() {
    {
      const std::lock_guard guard(mutex_);
      in_work_ = 0;
    }
    changed_.notify_all();
  }

  /// False when the deadline passed first.
  bool wait_until_empty(std::chrono::milliseconds deadline) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, deadline, [this] { return waiting_.empty() && in_work_ == 0; });
  }

  void stop() {
    {
      const std::lock_guard guard(mutex_);
      stopped_ = true;
    }
    changed_.notify_all();
  }
  bool is_done() const {
    const std::lock_guard guard(mutex_);
    return stopped_ && waiting_.empty();
  }

 private:
  const std::size_t records_max_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<entry> waiting_;
  std::size_t in_work_ = 0;
  bool stopped_ = false;
};

}  // namespace freshet

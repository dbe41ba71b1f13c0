// What:    whether events are taken in at this moment, and how far: what commands set and the status shows.
// Pause:   the ingestor finishes the batch at hand and polls no more until it is resumed; a restarted ingestor stays
//          paused. Requests are answered, and events are accepted into the log, all the while. With a broker a pause of
//          more than max.poll.interval.ms (five minutes by default) lets the group give the partitions to another
//          member.
// Threads: every member from any thread.
#pragma once

#include <atomic>
#include <mutex>
#include <vector>

#include "io/events/event_source.hpp"

namespace freshet {

class ingestion_control {
 public:
  void pause() { paused_ = true; }
  void resume() { paused_ = false; }
  bool paused() const { return paused_; }

  /// How many losses of the source have been reported: an ingestor that takes over goes on behind them.
  std::size_t losses_reported() const { return losses_reported_; }
  void loss_reported() { ++losses_reported_; }

  void reached(std::vector<partition_state> partitions) {
    const std::lock_guard lock(mutex_);
    partitions_ = std::move(partitions);
  }
  /// As the last round left them.
  std::vector<partition_state> partitions() const {
    const std::lock_guard lock(mutex_);
    return partitions_;
  }

 private:
  std::atomic<bool> paused_ = false;
  std::atomic<std::size_t> losses_reported_ = 0;
  mutable std::mutex mutex_;
  std::vector<partition_state> partitions_;
};

}  // namespace freshet

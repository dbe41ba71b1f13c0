// What:    how far the log has become visible in answers, who waits for that, and how much is under way.
// Why:     `?wait=visible` answers when the events shape recommendations; the ingestor must not run ahead of the
//          updaters without bound (credits); freshness is measured from acceptance to here.
// How:     the ingestor opens a batch, every updater gets a share of it, and when the last share dies (worked off, or
//          lost with a crashed updater's mailbox) the batch is visible.
// Threads: every member from any thread. Callbacks run on the thread that makes the last share die; they must be short.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <vector>

#include "io/events/event_source.hpp"

namespace freshet {

struct applied_batch {
  partition_id partition{};
  log_offset next_offset{};
  /// Offsets whose event had been applied before.
  std::vector<log_offset> duplicates;
  /// When the log took each record, unix milliseconds; for freshness.
  std::vector<std::int64_t> accepted_ms;
};

class visibility : public std::enable_shared_from_this<visibility> {
 public:
  /// `on_visible` is told of each batch that became visible.
  visibility(std::size_t credits, std::function<void(const applied_batch&)> on_visible);

  /// Alive as long as any updater has work of the batch.
  using share = std::shared_ptr<const void>;
  [[nodiscard]] share open(applied_batch batch);

  /// False when no credit came back within `timeout`.
  bool wait_for_credit(std::chrono::milliseconds timeout);
  std::size_t batches_under_way() const;
  /// How many may be under way at once.
  std::size_t credits() const { return credits_; }

  /// Calls `done` once every record before `next_offset` of the partition is visible: at once, or later.
  /// `done` gets how many of `offsets` were duplicates.
  void when_visible(partition_id partition, std::vector<log_offset> offsets, std::function<void(std::size_t)> done);

  /// Everything before this is visible although nobody opened its batches, as soon as those that are under way are: the
  /// positions at the start, and where an ingestor goes on that takes over from one that died, or that was given the
  /// partition again.
  void start_at(partition_id partition, log_offset next_offset);
  /// The partition goes on there, also where that lies further back: its log is another one now. What is visible of the
  /// old one says nothing about it.
  void restart_at(partition_id partition, log_offset next_offset);

 private:
  struct waiter {
    log_offset last{};
    std::vector<log_offset> offsets;
    std::function<void(std::size_t)> done;
  };
  struct open_batch {
    std::uint64_t sequence{};
    applied_batch batch;
    bool finished = false;
    /// Its offsets are those of a log that is no more.
    bool outdated = false;
  };
  struct progress {
    log_offset next_offset = 0;
    /// In order of application; a batch is visible when those before it are.
    std::deque<open_batch> under_way;
    /// Recent ones, bounded.
    std::set<log_offset> duplicates;
    std::vector<waiter> waiting;
  };

  using served_waiter = std::pair<std::function<void(std::size_t)>, std::size_t>;

  void finish(partition_id partition, std::uint64_t sequence);
  /// Those that need not wait any more, to be told outside the lock.
  static std::vector<served_waiter> take_served(progress& state);
  static std::size_t count_duplicates(const progress& of, const std::vector<log_offset>& offsets);

  const std::size_t credits_;
  const std::function<void(const applied_batch&)> on_visible_;
  mutable std::mutex mutex_;
  std::condition_variable credit_returned_;
  std::size_t under_way_ = 0;
  std::uint64_t next_sequence_ = 0;
  std::map<partition_id, progress> partitions_;
};

}  // namespace freshet

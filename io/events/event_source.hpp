// What:    where events come from: a durable log divided into partitions, each record at an offset.
//          Kafka (kafka_source) and the log of the service's own (io/store/embedded_log) are the two.
// Why:     everything downstream is the same code, with a broker or without.
// Promise: consumption of a partition starts at the position that `positions` gives, never at what a broker
//          remembers (promise E2); the caller stores the next offset together with what the records did.
// Threads: one thread calls open, poll and close; `state` may be called from any.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/result.hpp"
#include "io/events/record_mark.hpp"

namespace freshet {

enum class partition_id : std::int32_t {};
using log_offset = std::int64_t;

struct record {
  log_offset offset{};
  /// When the log took it, unix milliseconds; 0 = unknown.
  std::int64_t timestamp_ms{};
  std::string key;
  std::string value;
  std::vector<std::pair<std::string, std::string>> headers;
};

/// Consecutive records of one partition.
struct record_batch {
  partition_id partition{};
  std::vector<record> records;
  /// Where the next batch starts; may lie beyond the last record + 1 (compaction, transaction markers).
  log_offset next_offset = -1;
};

/// Where a caller goes on in a partition.
struct stored_position {
  stored_position(log_offset next_offset, std::optional<record_mark> last_record = std::nullopt)
      : next(next_offset), last(last_record) {}
  log_offset next{};
  /// The last record it took in, by which a log that was made anew is told from the one it knew.
  std::optional<record_mark> last;
};

/// The log no longer holds (or not yet holds) the stored offset: retention passed, or the topic was made anew.
struct data_loss {
  partition_id partition{};
  log_offset wanted{};
  log_offset available_first{};
  log_offset available_next{};
  /// The log holds the offset, but another record before it than the one that was taken in.
  bool made_anew = false;
  /// Where consumption went on; nothing = the partition stands still.
  std::optional<log_offset> went_on_at{};
  /// All that in words.
  std::string sentence{};
};

struct partition_state {
  partition_id partition{};
  /// Next offset that poll will return.
  log_offset position{};
  /// Offset after the last record of the log; -1 = not known yet.
  log_offset end{};
};

/// What to do on data loss; `halt` stops the partition until an operator decides.
enum class data_loss_policy { halt, earliest, latest };

class event_source {
 public:
  /// Where to go on in a partition, or nothing when it was never consumed.
  using position_lookup = std::function<std::optional<stored_position>(partition_id)>;

  virtual ~event_source() = default;

  /// Name under which offsets are stored: the topic.
  virtual std::string name() const = 0;

  /// Joins, also again after `close`. `positions` is called from inside poll whenever partitions are assigned; what was
  /// polled before that has been applied by then, because the same thread applies it.
  virtual status open(position_lookup positions) = 0;

  /// At most `records_max` records of one partition, waiting up to `timeout` for the first; partitions take turns.
  /// A batch without records means nothing came, or with a next_offset >= 0 that nothing is left up to there. Errors:
  /// out_of_range under policy `halt`, with the offsets in the sentence; unavailable when the broker cannot be used and
  /// no retry will help.
  virtual result<record_batch> poll(std::size_t records_max, std::chrono::milliseconds timeout) = 0;

  /// Ends a wait in poll early; from any thread.
  virtual void wake() = 0;

  virtual std::vector<partition_state> state() const = 0;
  /// Losses seen so far, the policy applied to each; never silent (promise E5).
  virtual std::vector<data_loss> losses() const = 0;
  /// Why some or all of the log cannot be read at this moment, for people; nothing when all of it can.
  virtual std::optional<std::string> obstacle() const { return std::nullopt; }

  /// Tells the log how far the caller's store has come; only a hint to others (lag monitors, retention).
  virtual void commit_hint(partition_id partition, log_offset next_offset) = 0;

  /// Leaves the group; returns within `deadline` even when the broker does not answer.
  virtual void close(std::chrono::milliseconds deadline) = 0;
};

/// The other end: accepts records durably.
class event_sink {
 public:
  struct position {
    partition_id partition{};
    log_offset offset{};
  };
  /// Called once for each record, from any thread: where it lies now, or why it was not taken.
  using delivered = std::function<void(result<position>)>;

  virtual ~event_sink() = default;

  /// Durable once `done` is called with a position. Records of one key keep their order and partition.
  /// Never blocks for long; when its queue is full `done` is called at once with `exhausted`.
  virtual void append(std::string key, std::string value, delivered done) = 0;

  /// Everything appended before is delivered or failed, or the deadline has passed.
  virtual status flush(std::chrono::milliseconds deadline) = 0;
};

}  // namespace freshet

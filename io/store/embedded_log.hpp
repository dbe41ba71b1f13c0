// What:    the durable, partitioned event log of a service without a broker, inside the store's RocksDB.
// Why:     POST /v1/events is durable before it is answered, and from there on the path is the same as with Kafka.
// How:     appends wait in a queue; one writer thread takes all that wait, writes them as one entry per partition and
//          syncs once (group commit). Partition of a record = murmur2(key) as Kafka's default partitioner, so the two
//          agree; records without a key take turns. Entries below the stored position are trimmed by the same thread.
// Crash:   the store may apply what comes from this log with sync = false. Log and state share one RocksDB, whose write
//          ahead log is a sequence of batches of which a crash of the machine takes a suffix and nothing else: (1) an
//          event's record precedes the batch that applied it, so a surviving state has its records; (2) the batch
//          holds the position, so a lost one is consumed again, from records that were synced before they were
//          acknowledged; (3) a trim follows the batches that consumed what it removes. A memtable reaches its file
//          only after every older write ahead file was synced (RocksDB does so whenever there are several column
//          families), so no family can be ahead of the others in this order.
// Threads: append, flush, wake, state, losses and commit_hint from any thread; open, poll and close from one. `done` is
//          called by the writer thread and must not block.
// Errors:  of append: exhausted when the queue or the disk is full, io_failure; a later append tries anew. Of poll:
//          out_of_range once for a partition that is halted by data loss, corrupted.
// Cost:    one sync, about .3 ms, for all that wait.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string_view>

#include "io/events/event_source.hpp"
#include "io/store/event_store.hpp"

namespace freshet {

struct embedded_log_options {
  std::int32_t partitions = 4;
  std::size_t queued_records_max = 100'000;
  std::size_t records_per_sync_max = 2'000;
  /// What was consumed is removed this often.
  std::chrono::milliseconds trim_interval{1000};
  /// What to do when the stored position lies outside the log (a restored or exchanged database).
  data_loss_policy on_data_loss = data_loss_policy::halt;
};

/// Both ends of one log.
class embedded_log : public event_source, public event_sink {
 public:
  using event_source::open;

  /// Source name under which its offsets are stored.
  static constexpr std::string_view source_name = "embedded";
  /// The store must outlive the log and be open for writing (unsupported otherwise). Partitions that the log once had
  /// are still consumed when `partitions` is less now. The destructor writes what was appended.
  static result<std::unique_ptr<embedded_log>> open(event_store& store, const embedded_log_options& options);
};

}  // namespace freshet

// What:    the durable, partitioned event log of a service without a broker, inside the store's RocksDB.
// Why:     POST /v1/events is durable before it is answered, and from there on the path is the same as with Kafka.
// How:     appends wait in a queue; one writer thread takes all that wait, writes them as one entry per partition and
//          syncs once (group commit). Partition of a record = murmur2(key) as Kafka's default partitioner, so the two
//          agree. Entries below the stored position are trimmed.
// Threads: append from any thread; as a source, see event_source.hpp.
#pragma once

#include <memory>

#include "io/events/event_source.hpp"
#include "io/store/event_store.hpp"

namespace freshet {

struct embedded_log_options {
  std::int32_t partitions = 4;
  std::size_t queued_records_max = 100'000;
  std::size_t records_per_sync_max = 2'000;
};

/// Both ends of one log.
class embedded_log : public event_source, public event_sink {
 public:
  /// Source name under which its offsets are stored.
  static constexpr std::string_view source_name = "embedded";
  /// The store must outlive the log and be open for writing.
  static result<std::unique_ptr<embedded_log>> open(event_store& store, const embedded_log_options& options);
};

}  // namespace freshet

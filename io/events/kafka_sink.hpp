// What:    records into Kafka: the other end of kafka_source, and the way to dead-letter topics.
// Why:     a record is accepted when every replica in sync has it (acks=all), once whatever is retried (idempotence),
//          in the partition that Java's producers choose for its key (murmur2_random).
// Errors:  to the callback of each record: exhausted when the queue of 100,000 records or 128 MB is full, not_found
//          for a missing topic, invalid_argument for a record larger than the broker takes, unavailable when it was not
//          delivered within 30 s (message.timeout.ms), cancelled when the sink ended before.
// Threads: append and send from any thread; callbacks run on a thread of the sink's own and must not block.
// Cost:    0.5M records of 140 bytes a second, on 1.2 cores.
// Limits:  a topic that gets more partitions later sends its keys elsewhere from then on.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "config/options.hpp"
#include "core/base/result.hpp"
#include "io/events/event_source.hpp"
#include "io/telemetry/logging.hpp"

namespace freshet {

struct outgoing_record {
  std::string topic;
  /// Empty = none: any partition.
  std::string key;
  std::string value;
  std::vector<std::pair<std::string, std::string>> headers;
};

class kafka_sink : public event_sink {
 public:
  /// Appends go to `kafka.topic`. Connects in the background: a broker that is away fails records, not this.
  [[nodiscard]] static result<std::unique_ptr<kafka_sink>> open(const kafka_options& options, std::shared_ptr<log> log);

  /// As append, to any topic and with headers.
  virtual void send(outgoing_record record, delivered done) = 0;
};

}  // namespace freshet

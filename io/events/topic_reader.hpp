// What:    reads every partition of a small Kafka topic from a time on: control commands and their replies.
// Why:     no consumer group: each reader sees every record, whoever else reads, and remembers by itself where it was.
// Errors:  open: not_found for a missing topic, unavailable when no broker answers within the timeout. poll: what the
//          broker says; reading goes on with the next poll.
// Threads: one at a time.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "config/options.hpp"
#include "core/base/clock.hpp"
#include "core/base/result.hpp"
#include "io/events/event_source.hpp"
#include "io/telemetry/logging.hpp"

namespace freshet {

struct read_record {
  partition_id partition{};
  record content;
};

class topic_reader {
 public:
  /// Begins with the first record of each partition that the broker took at `since` or later; without a time behind the
  /// last record there is.
  [[nodiscard]] static result<std::unique_ptr<topic_reader>> open(const kafka_options& options,
                                                                  const std::string& topic,
                                                                  std::optional<unix_seconds> since,
                                                                  std::shared_ptr<log> log,
                                                                  std::chrono::milliseconds timeout);
  virtual ~topic_reader() = default;
  /// Nothing when none came within `timeout`.
  virtual result<std::optional<read_record>> poll(std::chrono::milliseconds timeout) = 0;
  /// Offset after the last record, as it was when the reader was opened.
  virtual log_offset end(partition_id partition) const = 0;
};

}  // namespace freshet

// What: a record that is no event, on its way to the dead-letter topic `<topic>.dlq` (promise E4).
// Why:  key, bytes and headers are the original's; what happened stands in headers of the names that Kafka Connect
//       uses, so that the usual tools understand them. The values are text, as Connect writes them:
//         __connect.errors.topic, .partition, .offset      where the record lies
//         __connect.errors.stage                           VALUE_CONVERTER
//         __connect.errors.connector.name                  freshet
//         __connect.errors.exception.class.name            the reason, "missing_field"
//         __connect.errors.exception.message               the sentence
//       A record that comes from a dead-letter topic keeps its older ones; readers take the last of a name.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "io/events/event_source.hpp"
#include "io/events/kafka_sink.hpp"

namespace freshet {

struct rejected_record {
  std::string source;
  partition_id partition{};
  log_offset offset{};
  /// to_string(rejection_reason)
  std::string reason;
  std::string message;
  std::string key;
  std::string bytes;
  std::vector<std::pair<std::string, std::string>> headers;
};

/// "shop.events.dlq"
[[nodiscard]] std::string dead_letter_topic(std::string_view topic);

[[nodiscard]] outgoing_record to_dead_letter(rejected_record record, std::string topic);

}  // namespace freshet

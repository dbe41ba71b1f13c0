// What:    what source, sink and topics share of librdkafka: handles that free themselves, configuration, errors.
// Why:     no other folder, and no header of this one, knows librdkafka's types.
// Errors:  invalid_argument for a property librdkafka does not know or take, in its words.
// Threads: librdkafka logs from threads of its own, into the log given here.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "io/events/kafka_properties.hpp"
#include "io/telemetry/logging.hpp"

struct rd_kafka_s;
struct rd_kafka_conf_s;
struct rd_kafka_queue_s;
struct rd_kafka_message_s;
struct rd_kafka_topic_partition_list_s;

namespace freshet {

struct kafka_free {
  void operator()(rd_kafka_s* client) const;
  void operator()(rd_kafka_conf_s* configuration) const;
  void operator()(rd_kafka_queue_s* queue) const;
  void operator()(rd_kafka_message_s* message) const;
  void operator()(rd_kafka_topic_partition_list_s* list) const;
};
using kafka_client = std::unique_ptr<rd_kafka_s, kafka_free>;
using kafka_configuration = std::unique_ptr<rd_kafka_conf_s, kafka_free>;
using kafka_queue = std::unique_ptr<rd_kafka_queue_s, kafka_free>;
using kafka_message = std::unique_ptr<rd_kafka_message_s, kafka_free>;
using kafka_partition_list = std::unique_ptr<rd_kafka_topic_partition_list_s, kafka_free>;

/// What every callback of a client finds as its opaque pointer; it must outlive the client. What a client needs more
/// is derived from it.
struct kafka_callbacks {
  std::shared_ptr<freshet::log> log;
};

[[nodiscard]] result<kafka_configuration> configure_kafka(const kafka_options& options, kafka_role role,
                                                          kafka_callbacks& callbacks);
/// Starts the client's threads; connections are made in the background.
[[nodiscard]] result<kafka_client> start_kafka(kafka_configuration configuration, kafka_role role);

/// An rd_kafka_resp_err_t in words, with the code that fits.
[[nodiscard]] error kafka_error(int code, std::string_view what);

/// Partitions of a topic, or nothing when the broker does not have it. Errors: unavailable when no broker answers.
[[nodiscard]] result<std::optional<std::int32_t>> kafka_partitions(rd_kafka_s& client, const std::string& topic,
                                                                   std::chrono::milliseconds timeout);

}  // namespace freshet

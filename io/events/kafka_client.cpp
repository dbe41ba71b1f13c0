#include "io/events/kafka_client.hpp"

#include <librdkafka/rdkafka.h>

#include <array>

namespace freshet {
namespace {

using message_buffer = std::array<char, 512>;

/// Syslog's levels: 0..4 is a warning or worse. Nothing librdkafka says is fatal to this process.
void write_log(const rd_kafka_t* client, int level, const char* facility, const char* text) {
  const auto* callbacks = static_cast<const kafka_callbacks*>(rd_kafka_opaque(client));
  const std::string line = "kafka: " + std::string(facility) + ": " + text;
  if (level <= 4) {
    callbacks->log->warning(line);
  } else if (level <= 6) {
    callbacks->log->info(line);
  } else {
    callbacks->log->debug(line);
  }
}

error_code code_of(int code) {
  switch (code) {
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
      return error_code::not_found;
    case RD_KAFKA_RESP_ERR__QUEUE_FULL:
      return error_code::exhausted;
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:
    case RD_KAFKA_RESP_ERR_INVALID_PARTITIONS:
    case RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR:
    case RD_KAFKA_RESP_ERR_INVALID_CONFIG:
    case RD_KAFKA_RESP_ERR__INVALID_ARG:
      return error_code::invalid_argument;
    case RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS:
      return error_code::conflict;
    case RD_KAFKA_RESP_ERR__PURGE_QUEUE:
    case RD_KAFKA_RESP_ERR__PURGE_INFLIGHT:
      return error_code::cancelled;
    default:
      return error_code::unavailable;
  }
}

}  // namespace

void kafka_free::operator()(rd_kafka_s* client) const {
  rd_kafka_destroy(client);
}
void kafka_free::operator()(rd_kafka_conf_s* configuration) const {
  rd_kafka_conf_destroy(configuration);
}
void kafka_free::operator()(rd_kafka_queue_s* queue) const {
  rd_kafka_queue_destroy(queue);
}
void kafka_free::operator()(rd_kafka_message_s* message) const {
  rd_kafka_message_destroy(message);
}
void kafka_free::operator()(rd_kafka_topic_partition_list_s* list) const {
  rd_kafka_topic_partition_list_destroy(list);
}

result<kafka_configuration> configure_kafka(const kafka_options& options, kafka_role role, kafka_callbacks& callbacks) {
  if (options.brokers.empty()) {
    return error{error_code::invalid_argument, "kafka.brokers is empty; set it, for example to localhost:9092"};
  }
  FRESHET_ASSIGN(const auto properties, kafka_properties(options, role));
  kafka_configuration configuration(rd_kafka_conf_new());
  for (const auto& [name, value] : properties) {
    message_buffer why{};
    if (rd_kafka_conf_set(configuration.get(), name.c_str(), value.c_str(), why.data(), why.size()) !=
        RD_KAFKA_CONF_OK) {
      return error{error_code::invalid_argument, "kafka.properties: " + std::string(why.data())};
    }
  }
  rd_kafka_conf_set_opaque(configuration.get(), &callbacks);
  rd_kafka_conf_set_log_cb(configuration.get(), write_log);
  return configuration;
}

result<kafka_client> start_kafka(kafka_configuration configuration, kafka_role role) {
  message_buffer why{};
  const auto type = role == kafka_role::consumer ? RD_KAFKA_CONSUMER : RD_KAFKA_PRODUCER;
  kafka_client client(rd_kafka_new(type, configuration.get(), why.data(), why.size()));
  if (!client) return error{error_code::invalid_argument, "kafka: " + std::string(why.data())};
  // The client owns it now.
  (void)configuration.release();
  return client;
}

error kafka_error(int code, std::string_view what) {
  return {code_of(code), std::string(what) + ": " + rd_kafka_err2str(static_cast<rd_kafka_resp_err_t>(code))};
}

result<std::optional<std::int32_t>> kafka_partitions(rd_kafka_s& client, const std::string& topic,
                                                     std::chrono::milliseconds timeout) {
  rd_kafka_topic_t* handle = rd_kafka_topic_new(&client, topic.c_str(), nullptr);
  if (handle == nullptr) return kafka_error(rd_kafka_last_error(), "topic " + topic);
  const rd_kafka_metadata_t* metadata = nullptr;
  const auto code = rd_kafka_metadata(&client, 0, handle, &metadata, static_cast<int>(timeout.count()));
  rd_kafka_topic_destroy(handle);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return kafka_error(code, "the brokers did not answer");

  std::optional<std::int32_t> partitions;
  status outcome = success{};
  if (metadata->topic_cnt == 1) {
    const auto& found = metadata->topics[0];
    if (found.err == RD_KAFKA_RESP_ERR_NO_ERROR || found.err == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE) {
      partitions = found.partition_cnt;
    } else if (found.err != RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) {
      outcome = kafka_error(found.err, "topic " + topic);
    }
  }
  rd_kafka_metadata_destroy(metadata);
  if (!outcome) return std::move(outcome).failure();
  return partitions;
}

}  // namespace freshet

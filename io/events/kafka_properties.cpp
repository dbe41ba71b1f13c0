#include "io/events/kafka_properties.hpp"

#include <array>
#include <string_view>

namespace freshet {
namespace {

struct reserved_property {
  std::string_view name;
  std::string_view instead;
};

constexpr std::array reserved{
    reserved_property{"bootstrap.servers", "set kafka.brokers"},
    reserved_property{"metadata.broker.list", "set kafka.brokers"},
    reserved_property{"group.id", "set kafka.group"},
    reserved_property{"auto.offset.reset", "set kafka.start and kafka.on_data_loss"},
    reserved_property{"enable.auto.commit", "remove it: offsets are stored with the events they brought"},
    reserved_property{"enable.auto.offset.store", "remove it: offsets are stored with the events they brought"},
    reserved_property{"enable.partition.eof", "remove it: the end of a partition is how lag is known"},
    reserved_property{"acks", "remove it: an event is accepted when every replica in sync has it"},
    reserved_property{"request.required.acks", "remove it: an event is accepted when every replica in sync has it"},
    reserved_property{"enable.idempotence", "remove it: a retry must not double an event"},
    reserved_property{"partitioner", "remove it: a user's events stay in the partition that Java's producers choose"},
};

kafka_property_map shared_properties(const kafka_options& options) {
  return {
      {"bootstrap.servers", options.brokers},
      {"client.id", "freshet"},
      {"socket.nagle.disable", "true"},
      // The default grows to 10 s: far too long after a broker came back.
      {"reconnect.backoff.max.ms", "1000"},
      // A broker that hangs is given up after this; the default is a minute.
      {"socket.timeout.ms", "10000"},
  };
}

kafka_property_map consumer_properties(const kafka_options& options) {
  return {
      {"group.id", options.group},
      {"enable.auto.commit", "false"},
      {"enable.auto.offset.store", "false"},
      // An offset that the log does not hold is an error to be seen, never a silent jump.
      {"auto.offset.reset", "error"},
      {"enable.partition.eof", "true"},
      // cooperative-sticky has defects that were mended after 2.0.2.
      {"partition.assignment.strategy", "range"},
      {"session.timeout.ms", "10000"},
      {"check.crcs", "true"},
      // A full prefetch queue backs off for a second, so what it holds must last longer than that. The bound in
      // kilobytes holds for each partition, because each has a queue of its own.
      {"queued.min.messages", "100000"},
      {"queued.max.messages.kbytes", "32768"},
      // New partitions are noticed within a minute.
      {"topic.metadata.refresh.interval.ms", "60000"},
      // How soon is seen what cannot be read.
      {"statistics.interval.ms", "1000"},
  };
}

kafka_property_map producer_properties() {
  return {
      {"acks", "all"},
      {"enable.idempotence", "true"},
      // Java's default; librdkafka's own would put a user's events into another partition.
      {"partitioner", "murmur2_random"},
      {"compression.codec", "lz4"},
      {"linger.ms", "2"},
      {"queue.buffering.max.messages", "100000"},
      {"queue.buffering.max.kbytes", "131072"},
      // Undelivered that long, the sender is told.
      {"message.timeout.ms", "30000"},
  };
}

}  // namespace

result<kafka_property_map> kafka_properties(const kafka_options& options, kafka_role role) {
  for (const auto& [name, instead] : reserved) {
    if (options.properties.contains(std::string(name))) {
      return error{error_code::invalid_argument,
                   "kafka.properties: " + std::string(name) + " cannot be set there; " + std::string(instead)};
    }
  }
  kafka_property_map properties = shared_properties(options);
  if (role == kafka_role::consumer) properties.merge(consumer_properties(options));
  if (role == kafka_role::producer) properties.merge(producer_properties());
  for (const auto& [name, value] : options.properties) properties[name] = value;
  return properties;
}

}  // namespace freshet

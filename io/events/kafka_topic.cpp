#include "io/events/kafka_topic.hpp"

#include <librdkafka/rdkafka.h>

#include <array>
#include <thread>

#include "io/events/kafka_client.hpp"

namespace freshet {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds leader_check_interval{20};

template <class T, void (*Free)(T*)>
struct freed_by {
  void operator()(T* object) const { Free(object); }
};
using new_topic = std::unique_ptr<rd_kafka_NewTopic_t, freed_by<rd_kafka_NewTopic_t, rd_kafka_NewTopic_destroy>>;
using admin_options =
    std::unique_ptr<rd_kafka_AdminOptions_t, freed_by<rd_kafka_AdminOptions_t, rd_kafka_AdminOptions_destroy>>;
using admin_event = std::unique_ptr<rd_kafka_event_t, freed_by<rd_kafka_event_t, rd_kafka_event_destroy>>;

/// A client for one question; `callbacks` outlives it.
struct administrator {
  kafka_callbacks callbacks;
  kafka_client client;
};

result<std::unique_ptr<administrator>> connect(const kafka_options& options, std::shared_ptr<log> log) {
  auto connected = std::make_unique<administrator>();
  connected->callbacks.log = std::move(log);
  FRESHET_ASSIGN(auto configuration, configure_kafka(options, kafka_role::administrator, connected->callbacks));
  FRESHET_ASSIGN(connected->client, start_kafka(std::move(configuration), kafka_role::administrator));
  return connected;
}

result<new_topic> describe(const topic_settings& settings) {
  std::array<char, 512> why{};
  new_topic topic(rd_kafka_NewTopic_new(settings.name.c_str(), settings.partitions, settings.replication_factor,
                                        why.data(), why.size()));
  if (!topic) return error{error_code::invalid_argument, "topic " + settings.name + ": " + why.data()};
  for (const auto& [name, value] : settings.properties) {
    const auto code = rd_kafka_NewTopic_set_config(topic.get(), name.c_str(), value.c_str());
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return kafka_error(code, "topic " + settings.name + ": " + name);
  }
  return topic;
}

/// Success too when somebody else was faster.
status create(rd_kafka_t& client, const topic_settings& settings, milliseconds timeout) {
  FRESHET_ASSIGN(const auto topic, describe(settings));
  const admin_options options(rd_kafka_AdminOptions_new(&client, RD_KAFKA_ADMIN_OP_CREATETOPICS));
  std::array<char, 512> why{};
  const int timeout_ms = static_cast<int>(timeout.count());
  rd_kafka_AdminOptions_set_request_timeout(options.get(), timeout_ms, why.data(), why.size());
  const kafka_queue replies(rd_kafka_queue_new(&client));
  rd_kafka_NewTopic_t* wanted = topic.get();
  rd_kafka_CreateTopics(&client, &wanted, 1, options.get(), replies.get());
  const admin_event reply(rd_kafka_queue_poll(replies.get(), timeout_ms));
  if (!reply) return error{error_code::unavailable, "topic " + settings.name + ": the brokers did not answer"};
  if (const auto code = rd_kafka_event_error(reply.get())) return kafka_error(code, "topic " + settings.name);

  std::size_t count = 0;
  const auto* outcomes = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(reply.get()), &count);
  FRESHET_CHECK(count == 1);
  const auto code = rd_kafka_topic_result_error(outcomes[0]);
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR || code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) return success{};
  const char* reason = rd_kafka_topic_result_error_string(outcomes[0]);
  return kafka_error(code, "topic " + settings.name + (reason == nullptr ? "" : ": " + std::string(reason)));
}

}  // namespace

result<std::optional<std::int32_t>> find_topic(const kafka_options& options, const std::string& name,
                                               std::shared_ptr<log> log, milliseconds timeout) {
  FRESHET_ASSIGN(const auto admin, connect(options, std::move(log)));
  return kafka_partitions(*admin->client, name, timeout);
}

status ensure_topic(const kafka_options& options, const topic_settings& settings, std::shared_ptr<log> log,
                    milliseconds timeout) {
  const auto deadline = steady_clock::now() + timeout;
  FRESHET_ASSIGN(const auto admin, connect(options, std::move(log)));
  FRESHET_ASSIGN(const auto found, kafka_partitions(*admin->client, settings.name, timeout));
  if (found) return success{};
  FRESHET_TRY(create(*admin->client, settings, timeout));
  // The controller has it; until every broker knows, producing and consuming would fail.
  for (;;) {
    FRESHET_ASSIGN(const auto partitions, kafka_partitions(*admin->client, settings.name, timeout));
    if (partitions && *partitions >= settings.partitions) return success{};
    if (steady_clock::now() >= deadline) {
      return error{error_code::unavailable,
                   "topic " + settings.name + " was created, but its partitions have no leader"};
    }
    std::this_thread::sleep_for(leader_check_interval);
  }
}

error missing_topic(const kafka_options& options, std::string_view topic) {
  const std::string name(topic);
  return {error_code::not_found, "topic " + name + " does not exist at " + options.brokers +
                                     "; create it, for example with: tools/kafka topic " + name + " 4"};
}

}  // namespace freshet

#include "actors/event_log.hpp"

#include "io/events/kafka_source.hpp"
#include "io/store/embedded_log.hpp"

namespace freshet {
namespace {

result<std::unique_ptr<event_log>> open_kafka(const kafka_options& kafka, std::shared_ptr<log> journal) {
  FRESHET_ASSIGN(std::shared_ptr<event_source> source, make_kafka_source(kafka, journal));
  FRESHET_ASSIGN(std::shared_ptr<kafka_sink> sink, kafka_sink::open(kafka, journal));
  auto made = std::make_unique<event_log>();
  made->source = source.get();
  made->sink = sink.get();
  made->dead_letters = sink.get();
  made->description = "topic " + kafka.topic + " on " + kafka.brokers + ", group " + kafka.group;
  made->owners = std::make_shared<std::pair<std::shared_ptr<event_source>, std::shared_ptr<kafka_sink>>>(
      std::move(source), std::move(sink));
  return made;
}

result<std::unique_ptr<event_log>> open_embedded(event_store& store) {
  FRESHET_ASSIGN(std::shared_ptr<embedded_log> both, embedded_log::open(store, {}));
  auto made = std::make_unique<event_log>();
  made->source = both.get();
  made->sink = both.get();
  made->sync_every_batch = false;
  made->description = "the embedded event log";
  made->owners = std::move(both);
  return made;
}

}  // namespace

result<std::unique_ptr<event_log>> open_event_log(const kafka_options& kafka, event_store& store,
                                                  std::shared_ptr<log> journal) {
  return kafka.brokers.empty() ? open_embedded(store) : open_kafka(kafka, std::move(journal));
}

}  // namespace freshet

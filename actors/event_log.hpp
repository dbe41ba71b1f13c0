// What: the log that events come from and go to, as the options want it: a Kafka topic, or the embedded log.
#pragma once

#include <memory>
#include <string>

#include "config/options.hpp"
#include "core/base/result.hpp"
#include "io/events/event_source.hpp"
#include "io/events/kafka_sink.hpp"
#include "io/store/event_store.hpp"
#include "io/telemetry/logging.hpp"

namespace freshet {

struct event_log {
  /// Owners of what `source` and `sink` point to, which may be one object.
  std::shared_ptr<void> owners;
  event_source* source = nullptr;
  event_sink* sink = nullptr;
  /// Where dead letters go; null without a broker: they then stay in the store, where `inspect` shows them.
  /// Replies to commands go there too.
  kafka_sink* dead_letters = nullptr;
  /// The embedded log is durable by itself; a broker's records are synced with every batch.
  bool sync_every_batch = true;
  /// "topic shop.events on broker:9092", for people.
  std::string description;
};

[[nodiscard]] result<std::unique_ptr<event_log>> open_event_log(const kafka_options& kafka, event_store& store,
                                                                std::shared_ptr<log> journal);

}  // namespace freshet

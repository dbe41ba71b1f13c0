// What:    the actor that delivers stored dead letters to the dead-letter topic (promise E4).
// How:     a letter stays in the store until the broker has acknowledged it, so a crash delivers it again rather than
//          never; consumers tell repeats by the original topic, partition and offset in the headers.
// Threads: an actor with a thread of its own, because it reads the store and waits for the broker.
#pragma once

#include <chrono>
#include <memory>
#include <vector>

#include "actors/interfaces.hpp"
#include "config/options.hpp"
#include "io/events/kafka_sink.hpp"
#include "io/store/event_store.hpp"
#include "io/telemetry/logging.hpp"
#include "io/telemetry/metrics.hpp"

namespace freshet {

struct courier_context {
  event_store* store = nullptr;
  kafka_sink* sink = nullptr;
  kafka_options kafka;
  metrics* measured = nullptr;
  std::shared_ptr<log> journal;
};

class courier {
 public:
  explicit courier(courier_context context) : context_(std::move(context)) {}

  /// Delivers what waits; returns how long to rest before the next round.
  std::chrono::milliseconds round();

 private:
  status deliver(const std::vector<event_store::waiting_letter>& letters);

  courier_context context_;
  /// The dead-letter topic is there.
  bool topic_ensured_ = false;
  bool failing_ = false;
};

struct courier_state {
  static inline const char* name = "courier";
  std::unique_ptr<courier> logic;
};
courier_actor::behavior_type make_courier(courier_actor::stateful_pointer<courier_state> self, courier_context context);

}  // namespace freshet

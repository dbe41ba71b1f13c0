// What:    the actor that takes commands from the control topic: each is checked (control_messages.hpp), done as a
//          request of its own to the frontend, and answered on `<topic>.replies`.
// Why:     one implementation of each command: its HTTP route.
// Once:    the position behind a command is stored before the command is done. Of a command in whose midst the process
//          died nobody knows whether it was done; it is not done again, and its sender is told so when it repeats it.
//          Request ids from before the start are learnt by reading the topic again, as far back as commands are valid.
// Late:    a command that is not answered within server.request_deadline_ms is answered by 504, and the next one is
//          done.
// Errors:  a broker that is away, or a missing topic that cannot be made, is tried again; the service does not wait.
// Threads: an actor with a thread of its own, because polling waits.
#pragma once

#include <memory>
#include <optional>

#include "actors/interfaces.hpp"
#include "io/events/kafka_sink.hpp"
#include "io/events/topic_reader.hpp"
#include "io/http/control_messages.hpp"
#include "io/store/event_store.hpp"
#include "io/telemetry/logging.hpp"
#include "io/telemetry/metrics.hpp"

namespace freshet {

struct control_consumer_context {
  event_store* store = nullptr;
  kafka_sink* sink = nullptr;
  kafka_options kafka;
  security_options security;
  /// A command whose answer takes longer is answered by 504; it may still be done.
  std::chrono::milliseconds deadline{};
  const clock* time = nullptr;
  metrics* measured = nullptr;
  std::shared_ptr<log> journal;
};

class control_consumer {
 public:
  explicit control_consumer(control_consumer_context context);

  /// Does a command's request and waits for the answer.
  using dispatcher = std::function<http::response(http::request)>;
  /// At most one command. Returns how long to rest.
  std::chrono::milliseconds round(const dispatcher& dispatch);
  std::chrono::milliseconds deadline() const { return context_.deadline; }
  void reconfigure(const security_options& security) { gate_.reconfigure(security); }

 private:
  status connect();
  status take(const read_record& read, const dispatcher& dispatch);
  void reply(const http::control_reply& what);

  control_consumer_context context_;
  http::control_gate gate_;
  std::unique_ptr<topic_reader> reader_;
  bool failing_ = false;
};

struct control_consumer_state {
  static inline const char* name = "control_consumer";
  std::unique_ptr<control_consumer> logic;
  wiring_ptr others;
};
control_consumer_actor::behavior_type make_control_consumer(
    control_consumer_actor::stateful_pointer<control_consumer_state> self, control_consumer_context context);

/// Where replies to the commands of a topic go.
[[nodiscard]] std::string reply_topic(const std::string& control_topic);

}  // namespace freshet

#include "actors/control_consumer.hpp"

#include <atomic>
#include <future>

#include "actors/security_check.hpp"
#include "config/setting_kinds.hpp"
#include "io/events/kafka_topic.hpp"
#include "io/http/control_commands.hpp"
#include "io/http/problem.hpp"

namespace freshet {
namespace {

using namespace std::chrono_literals;

constexpr auto poll_timeout = 100ms;
/// Short, because a service that stops waits for it.
constexpr auto broker_timeout = 1'000ms;
constexpr std::chrono::milliseconds rest_after_failure = 5s;

/// A request without a client, whose answer somebody waits for.
class own_request final : public http::exchange {
 public:
  explicit own_request(http::request in) : in_(std::move(in)) {}
  ~own_request() override { answer(http::problem(503, "The command could not be worked off; try again", in_)); }
  own_request(const own_request&) = delete;
  own_request& operator=(const own_request&) = delete;
  const http::request& in() const override { return in_; }
  void answer(http::response out) override {
    if (!answered_.exchange(true)) came_.set_value(std::move(out));
  }
  std::future<http::response> answer_to_come() { return came_.get_future(); }

 private:
  http::request in_;
  std::promise<http::response> came_;
  std::atomic<bool> answered_{false};
};

/// Without keys commands are obeyed where HTTP would be open too: on this machine.
bool is_open(const kafka_options& kafka, const security_options& security) {
  if (security.allow_anonymous) return true;
  for (const auto& broker : setting_kinds::split_list(kafka.brokers)) {
    if (!is_loopback(broker.substr(0, broker.rfind(':')))) return false;
  }
  return true;
}

}  // namespace

std::string reply_topic(const std::string& control_topic) {
  return control_topic + ".replies";
}

control_consumer::control_consumer(control_consumer_context context)
    : context_(std::move(context)),
      gate_({.security = context_.security,
             .expiry = context_.kafka.control_expiry,
             .open = is_open(context_.kafka, context_.security)}) {}

status control_consumer::connect() {
  const auto& topic = context_.kafka.control_topic;
  for (const auto& name : {topic, reply_topic(topic)}) {
    FRESHET_TRY(ensure_topic(context_.kafka, {.name = name, .partitions = 1, .properties = {}}, context_.journal,
                             broker_timeout));
  }
  const auto since = context_.time->now_seconds() - context_.kafka.control_expiry.count();
  FRESHET_ASSIGN(reader_, topic_reader::open(context_.kafka, topic, since, context_.journal, broker_timeout));
  context_.journal->info("commands are taken from topic " + topic);
  return success{};
}

std::chrono::milliseconds control_consumer::round(const dispatcher& dispatch) {
  status done = reader_ ? status(success{}) : connect();
  if (done) {
    auto read = reader_->poll(poll_timeout);
    if (!read) {
      done = read.failure();
    } else if (*read) {
      done = take(**read, dispatch);
    }
  }
  if (done) {
    failing_ = false;
    return 0ms;
  }
  reader_.reset();
  if (!std::exchange(failing_, true)) {
    context_.journal->warning("commands from Kafka wait: " + done.failure().message);
  }
  return rest_after_failure;
}

status control_consumer::take(const read_record& read, const dispatcher& dispatch) {
  const auto& topic = context_.kafka.control_topic;
  const auto now = context_.time->now_seconds();
  const auto stored = context_.store->position(topic, read.partition);
  // A position behind the log's end is of a topic that was deleted.
  if (stored && read.content.offset < *stored && *stored <= reader_->end(read.partition)) {
    gate_.remember(read.content.value, now);
    return success{};
  }
  const auto verdict = gate_.judge(read.content.value, now);
  ingest_batch behind;
  behind.positions.push_back({topic, read.partition, read.content.offset + 1});
  const auto moved = context_.store->apply(behind, /*sync=*/true);
  if (!moved) return moved.failure();
  if (const auto* garbage = std::get_if<http::control_gate::garbage>(&verdict)) {
    context_.measured->control_command("garbage");
    context_.journal->warning("no command, at offset " + std::to_string(read.content.offset) + " of " + topic + ": " +
                              garbage->why);
    return success{};
  }
  if (const auto* refused = std::get_if<http::control_gate::refusal>(&verdict)) {
    context_.measured->control_command(refused->result);
    context_.journal->warning("command " + refused->reply.command + " of request " + refused->reply.request_id +
                              " is not done: " + refused->result);
    reply(refused->reply);
    return success{};
  }
  const auto& [message, by] = std::get<http::control_gate::order>(verdict);
  http::control_reply made{.request_id = message.request_id, .command = message.command, .status = 0, .answer = {}};
  auto request = http::make_request(*http::find_control_command(message.command), message.args);
  http::response answer;
  if (request) {
    request->request_id = message.request_id;
    request->peer = "kafka" + (by.empty() ? "" : ", key " + by);
    request->through = http::entrance::owner;
    request->arrived = std::chrono::steady_clock::now();
    answer = dispatch(std::move(*request));
  } else {
    answer = http::problem(400, request.failure().message, http::request{});
  }
  made.status = answer.status;
  made.answer = std::move(answer.body);
  context_.measured->control_command(made.status < 400 ? "done" : "failed");
  context_.journal->info("command " + message.command + " of request " + message.request_id + " from Kafka" +
                         (by.empty() ? "" : ", key " + by) + ": " + std::to_string(made.status));
  gate_.done(made, message.ts);
  reply(made);
  return success{};
}

void control_consumer::reply(const http::control_reply& what) {
  const auto journal = context_.journal;
  context_.sink->send({.topic = reply_topic(context_.kafka.control_topic),
                       .key = what.request_id,
                       .value = http::render_reply(what),
                       .headers = {}},
                      [journal](const result<event_sink::position>& where) {
                        if (!where) journal->warning("a command was not answered: " + where.failure().message);
                      });
}

control_consumer_actor::behavior_type make_control_consumer(
    control_consumer_actor::stateful_pointer<control_consumer_state> self, control_consumer_context context) {
  self->state.logic = std::make_unique<control_consumer>(std::move(context));
  return {
      [self](run_atom) {
        const auto rest = self->state.logic->round([self](http::request asked) {
          const auto deadline = self->state.logic->deadline();
          auto too_late = http::problem(504,
                                        "The command is not answered within " + std::to_string(deadline.count()) +
                                            " ms; it may still be done, `status` tells",
                                        asked);
          auto call = std::make_shared<own_request>(std::move(asked));
          auto answer = call->answer_to_come();
          self->send(self->state.others->frontend, http::exchange_ptr(std::move(call)));
          // Whoever loses the request answers it by that; whoever hangs does not hold up the commands that follow.
          return answer.wait_for(deadline) == std::future_status::ready ? answer.get() : std::move(too_late);
        });
        if (rest.count() == 0) return self->send(self, run_atom::value);
        self->delayed_send(self, rest, run_atom::value);
      },
      [self](const options_ptr& changed) { self->state.logic->reconfigure(changed->security); },
      [self](wiring_ptr& others) {
        const bool first = !self->state.others;
        self->state.others = std::move(others);
        if (first) self->send(self, run_atom::value);
      },
  };
}

}  // namespace freshet

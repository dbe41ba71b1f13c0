#include "actors/courier.hpp"

#include <condition_variable>
#include <mutex>

#include "io/events/dead_letter_topic.hpp"
#include "io/events/kafka_topic.hpp"

namespace freshet {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t letters_per_round = 500;
constexpr std::chrono::milliseconds rest_when_idle = 500ms;
constexpr std::chrono::milliseconds rest_after_failure = 5s;
constexpr std::chrono::milliseconds topic_timeout = 10s;

/// Counts acknowledgements until all have come.
class receipts {
 public:
  explicit receipts(std::size_t expected) : left_(expected) {}

  void take(std::uint64_t sequence, const result<event_sink::position>& where) {
    const std::lock_guard lock(mutex_);
    if (where) {
      delivered_.push_back(sequence);
    } else if (!failure_) {
      failure_ = where.failure();
    }
    if (--left_ == 0) all_came_.notify_all();
  }

  /// The sink fails every record it cannot deliver in time, so this ends.
  void wait() {
    std::unique_lock lock(mutex_);
    all_came_.wait(lock, [&] { return left_ == 0; });
  }
  const std::vector<std::uint64_t>& delivered() const { return delivered_; }
  const std::optional<error>& failure() const { return failure_; }

 private:
  std::mutex mutex_;
  std::condition_variable all_came_;
  std::size_t left_;
  std::vector<std::uint64_t> delivered_;
  std::optional<error> failure_;
};

}  // namespace

std::chrono::milliseconds courier::round() {
  const auto letters = context_.store->waiting_dead_letters(letters_per_round);
  const status done = letters ? deliver(*letters) : status(letters.failure());
  if (!done) {
    if (!std::exchange(failing_, true)) context_.journal->failure("dead letters wait: " + done.failure().message);
    return rest_after_failure;
  }
  failing_ = false;
  return letters->size() == letters_per_round ? 0ms : rest_when_idle;
}

status courier::deliver(const std::vector<event_store::waiting_letter>& letters) {
  if (letters.empty()) return success{};
  if (!topic_ensured_) {
    FRESHET_TRY(ensure_topic(context_.kafka,
                             {.name = dead_letter_topic(context_.kafka.topic), .partitions = 1, .properties = {}},
                             context_.journal, topic_timeout));
    topic_ensured_ = true;
  }
  const auto came = std::make_shared<receipts>(letters.size());
  for (const auto& [sequence, letter] : letters) {
    rejected_record record{.source = letter.source,
                           .partition = letter.partition,
                           .offset = letter.offset,
                           .reason = letter.reason,
                           .message = letter.message,
                           .key = letter.key,
                           .bytes = letter.bytes,
                           .headers = letter.headers};
    context_.sink->send(
        to_dead_letter(std::move(record), dead_letter_topic(letter.source)),
        [came, sequence = sequence](const result<event_sink::position>& where) { came->take(sequence, where); });
  }
  came->wait();
  FRESHET_TRY(context_.store->remove_dead_letters(came->delivered()));
  context_.measured->dead_letters_delivered(came->delivered().size());
  if (came->failure()) return *came->failure();
  return success{};
}

courier_actor::behavior_type make_courier(courier_actor::stateful_pointer<courier_state> self,
                                          courier_context context) {
  self->state.logic = std::make_unique<courier>(std::move(context));
  self->send(self, run_atom::value);
  return {
      [self](run_atom) { self->delayed_send(self, self->state.logic->round(), run_atom::value); },
  };
}

}  // namespace freshet

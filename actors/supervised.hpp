// What:  the class of every actor that the supervisor watches over: any make_* function becomes one by
//        `spawn_supervised`.
// Adds:  how many messages wait (CAF lets nobody look into a mailbox from outside, so they are counted on their way in
//        and out); a death by command, as an exception in a handler of the actor's own; the words of an exception as
//        the reason of a death.
// Cost:  two atomic additions a message.
#pragma once

#include <atomic>
#include <exception>
#include <stdexcept>
#include <utility>

#include "actors/caf.hpp"
#include "io/process/thread_rank.hpp"

namespace freshet {

/// An actor that is told to exit with this dies of an exception.
inline caf::error fault_by_command() {
  return caf::make_error(caf::sec::runtime_error, "a fault injected by command");
}

class supervised_actor {
 public:
  virtual ~supervised_actor() = default;
  /// Messages that came and are not worked off.
  std::int64_t waiting() const { return waiting_.load(std::memory_order_relaxed); }

 protected:
  std::atomic<std::int64_t> waiting_{0};
};

/// 0 when the actor is dead.
template <class Handle>
std::int64_t messages_waiting(const Handle& whose) {
  const auto alive = caf::actor_cast<caf::strong_actor_ptr>(whose);
  const auto* found =
      alive ? dynamic_cast<const supervised_actor*>(caf::actor_cast<caf::abstract_actor*>(alive)) : nullptr;
  return found == nullptr ? 0 : std::max<std::int64_t>(0, found->waiting());
}

template <thread_rank Rank, class State, class Base, class... Arguments>
class supervised final : public caf::stateful_actor<State, Base>, public supervised_actor {
  using stateful = caf::stateful_actor<State, Base>;

 public:
  using behavior_type = typename Base::behavior_type;
  using maker = behavior_type (*)(stateful*, Arguments...);

  template <class... Given>
  supervised(caf::actor_config& config, maker make, Given&&... given)
      : stateful(config),
        make_([make, arguments = std::tuple<std::decay_t<Arguments>...>(std::forward<Given>(given)...)](
                  stateful* self) mutable {
          return std::apply([&](auto&... each) { return make(self, std::move(each)...); }, arguments);
        }) {
    this->set_exit_handler([this](caf::exit_msg& told) {
      if (told.reason == caf::sec::runtime_error) throw std::runtime_error("a fault injected by command");
      this->quit(std::move(told.reason));
    });
    this->set_exception_handler([](std::exception_ptr& thrown) -> caf::error {
      try {
        std::rethrow_exception(thrown);
      } catch (const std::exception& why) {
        return caf::make_error(caf::sec::runtime_error, std::string(why.what()));
      } catch (...) {
        return caf::make_error(caf::exit_reason::unhandled_exception);
      }
    });
  }

  using stateful::enqueue;
  void enqueue(caf::mailbox_element_ptr message, caf::execution_unit* from) override {
    waiting_.fetch_add(1, std::memory_order_relaxed);
    stateful::enqueue(std::move(message), from);
  }

 protected:
  /// The first that an actor does on its own thread.
  behavior_type make_behavior() override {
    // Where it is refused, requests are slower while this works and nothing else.
    if constexpr (Rank != thread_rank::equal) static_cast<void>(rank_this_thread(Rank));
    return std::exchange(make_, nullptr)(this);
  }

 private:
  caf::invoke_message_result consume(caf::mailbox_element& message) override {
    waiting_.fetch_sub(1, std::memory_order_relaxed);
    return stateful::consume(message);
  }

  std::function<behavior_type(stateful*)> make_;
};

template <caf::spawn_options Options = caf::no_spawn_options, thread_rank Rank = thread_rank::equal, class Behavior,
          class State, class Base, class... Arguments, class... Given>
auto spawn_supervised(caf::actor_system& system, Behavior (*make)(caf::stateful_actor<State, Base>*, Arguments...),
                      Given&&... given) {
  return system.spawn<supervised<Rank, State, Base, Arguments...>, Options>(make, std::forward<Given>(given)...);
}

}  // namespace freshet

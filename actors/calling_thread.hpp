// What:    runs actors on a thread that is not the scheduler's: the HTTP server's, for the requests it took.
// Why:     leaving the I/O thread and coming back costs more than answering from a small catalogue. What an actor sends
//          while it runs here runs here too, unless it is told to run elsewhere; an actor that is at work on another
//          thread already stays there.
// How:     CAF hands an actor that got a message to the execution unit of the sender; this one queues it until `run`.
// Threads: one thread at a time.
#pragma once

#include <deque>
#include <utility>

#include "actors/caf.hpp"

namespace freshet {

class calling_thread final : public caf::execution_unit {
 public:
  explicit calling_thread(caf::actor_system& system) : caf::execution_unit(&system) {}
  ~calling_thread() override;
  calling_thread(const calling_thread&) = delete;
  calling_thread& operator=(const calling_thread&) = delete;

  /// Sends a message whose receiver runs with the next `run`.
  template <class Actor, class Message>
  void send(const Actor& to, Message&& message) {
    caf::actor_cast<caf::strong_actor_ptr>(to)->enqueue(nullptr, caf::make_message_id(),
                                                        caf::make_message(std::forward<Message>(message)), this);
  }

  /// Runs what was sent and all that follows from it.
  void run();

  void exec_later(caf::resumable* job) override { waiting_.push_back(job); }

 private:
  std::deque<caf::resumable*> waiting_;
};

}  // namespace freshet

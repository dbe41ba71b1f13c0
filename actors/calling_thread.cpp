#include "actors/calling_thread.hpp"

#include <caf/logger.hpp>

namespace freshet {
namespace {

/// Messages that one actor works off before others have their turn.
constexpr std::size_t throughput_max = 64;

}  // namespace

calling_thread::~calling_thread() {
  for (auto* job : waiting_) caf::intrusive_ptr_release(job);
}

void calling_thread::run() {
  while (!waiting_.empty()) {
    auto* job = waiting_.front();
    waiting_.pop_front();
    switch (job->resume(this, throughput_max)) {
      case caf::resumable::resume_later:
        waiting_.push_back(job);
        break;
      case caf::resumable::done:
      case caf::resumable::awaiting_message:
      case caf::resumable::shutdown_execution_unit:
        caf::intrusive_ptr_release(job);
    }
  }
  // An actor that spawns another leaves a reference to the system's logger with the thread, and the end of the system
  // would wait for the end of the thread.
  caf::logger::set_current_actor_system(nullptr);
}

}  // namespace freshet

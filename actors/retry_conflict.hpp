// What: tries again while somebody else still holds what we need: a lock or a port of a process that drains.
#pragma once

#include <chrono>
#include <string>
#include <thread>
#include <utility>

#include "core/base/result.hpp"
#include "io/telemetry/logging.hpp"

namespace freshet {

/// What `attempt` yields, a result: the first that is no conflict, or the last before the deadline.
template <class Attempt>
auto retry_conflict(std::chrono::milliseconds deadline, log& journal, Attempt attempt) {
  constexpr std::chrono::milliseconds retry_pause{200};
  const auto until = std::chrono::steady_clock::now() + deadline;
  auto made = attempt();
  bool told = false;
  while (!made && made.failure().code == error_code::conflict && std::chrono::steady_clock::now() < until) {
    if (!std::exchange(told, true)) journal.info("waiting: " + made.failure().message);
    std::this_thread::sleep_for(retry_pause);
    made = attempt();
  }
  return made;
}

}  // namespace freshet

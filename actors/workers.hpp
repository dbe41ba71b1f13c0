// What: how many threads serve, where the setting leaves it to the machine.
#pragma once

#include <algorithm>
#include <cstddef>
#include <thread>

#include "config/options.hpp"

namespace freshet {

[[nodiscard]] inline std::size_t machine_threads() {
  return std::max(1U, std::thread::hardware_concurrency());
}

/// Threads of HTTP and of the actors' scheduler.
[[nodiscard]] inline std::size_t workers_of(const server_options& settings) {
  constexpr std::size_t workers_max = 4;
  return std::min<std::size_t>(settings.workers > 0 ? settings.workers : workers_max, machine_threads());
}

/// Threads of the actors' scheduler: one of the workers is the I/O thread.
[[nodiscard]] inline std::size_t pool_threads(const options& settings) {
  return std::max<std::size_t>(1, workers_of(settings.server) - 1);
}

[[nodiscard]] inline std::size_t scorers_of(const options& settings) {
  return settings.model.scorers > 0 ? settings.model.scorers : pool_threads(settings);
}

/// As many as workers: updaters have threads of their own, and a busy catalogue must not make the users stale.
[[nodiscard]] inline std::size_t updaters_of(const options& settings) {
  return settings.model.updaters > 0 ? settings.model.updaters : workers_of(settings.server);
}

}  // namespace freshet

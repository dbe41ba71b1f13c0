// What:    the last step of a recommendation: merge the slices' lists, attach the items, render, answer.
// Threads: runs on the scorer that found itself last; the context is shared and thread-safe.
#pragma once

#include <chrono>
#include <memory>

#include "actors/item_catalogue.hpp"
#include "actors/recommend_task.hpp"
#include "io/telemetry/logging.hpp"
#include "io/telemetry/metrics.hpp"

namespace freshet {

class finisher {
 public:
  /// A request that takes at least `slow_after` is logged as a warning.
  finisher(const item_catalogue& catalogue, metrics& measured, log& journal, std::chrono::milliseconds slow_after)
      : catalogue_(&catalogue), metrics_(&measured), log_(&journal), slow_after_(slow_after) {}

  void operator()(recommend_task& task) const;

 private:
  http::recommendation assemble(recommend_task& task) const;
  void record(const recommend_task& task, std::size_t count, double latency_ms) const;

  const item_catalogue* catalogue_;
  metrics* metrics_;
  log* log_;
  std::chrono::milliseconds slow_after_;
};

}  // namespace freshet

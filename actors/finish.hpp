// What:    the last step of a recommendation: merge the slices' lists, attach the items, render, answer.
// Threads: runs on the scorer that found itself last; the context is shared and thread-safe.
#pragma once

#include <chrono>
#include <memory>

#include "actors/caches.hpp"
#include "actors/item_catalogue.hpp"
#include "actors/recommend_task.hpp"
#include "io/telemetry/logging.hpp"
#include "io/telemetry/metrics.hpp"

namespace freshet {

class finisher {
 public:
  /// A request that takes at least `slow_after` is logged as a warning.
  finisher(const item_catalogue& catalogue, caches& kept, metrics& measured, log& journal,
           std::chrono::milliseconds slow_after)
      : catalogue_(&catalogue), kept_(&kept), metrics_(&measured), log_(&journal), slow_after_(slow_after) {}

  void operator()(recommend_task& task) const;

 private:
  static std::vector<scored_row> merge(const recommend_task& task);
  /// The candidates: as they were kept, or of the lists of the scorers, which are then kept where the task says so.
  std::vector<scored_row> candidates(const recommend_task& task) const;
  void answer_as_kept(recommend_task& task) const;
  void keep(const recommend_task& task, const http::recommendation& ranked, const std::string& body) const;
  std::chrono::seconds time_to_live(const recommend_task& task) const;
  http::recommendation assemble(const recommend_task& task) const;
  static http::response render(const recommend_task& task, const http::recommendation& ranked, double latency_ms);
  struct outcome {
    std::size_t count{};
    const std::string& fallback_method;
    double latency_ms{};
  };
  void record(const recommend_task& task, const outcome& answered) const;

  const item_catalogue* catalogue_;
  caches* kept_;
  metrics* metrics_;
  log* log_;
  std::chrono::milliseconds slow_after_;
};

}  // namespace freshet

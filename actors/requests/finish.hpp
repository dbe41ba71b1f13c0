// What:    the last step of a recommendation: merge the slices' lists, attach the items, render, answer.
// Threads: runs on the scorer that found itself last; the context is shared and thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include "actors/generation/item_catalogue.hpp"
#include "actors/requests/caches.hpp"
#include "actors/requests/online_quality.hpp"
#include "actors/requests/recommend_task.hpp"
#include "config/options.hpp"
#include "io/telemetry/logging.hpp"
#include "io/telemetry/metrics.hpp"

namespace freshet {

class finisher {
 public:
  finisher(const item_catalogue& catalogue, caches& kept, metrics& measured, log& journal,
           const logging_options& logging);

  void operator()(recommend_task& task) const;
  /// Where lists that are shown are kept, to be found again when somebody acts on one; null = nowhere.
  void keep_lists(online_quality& quality) { quality_ = &quality; }

 private:
  static std::vector<scored_row> merge(const recommend_task& task);
  /// The candidates: as they were kept, or of the lists of the scorers, which are then kept where the task says so.
  std::vector<scored_row> candidates(const recommend_task& task) const;
  void answer_as_kept(recommend_task& task) const;
  void keep(const recommend_task& task, const http::recommendation& ranked, const std::string& body) const;
  std::chrono::seconds time_to_live(const recommend_task& task) const;
  http::recommendation assemble(const recommend_task& task) const;
  /// Has the candidate in shadow rank what was just answered.
  static void ask_shadow(const recommend_task& task, const http::recommendation& ranked);
  static void compare(recommend_task& task, const http::recommendation& ranked, double latency_ms);
  static http::response render(const recommend_task& task, const http::recommendation& ranked, double latency_ms);
  struct outcome {
    std::size_t count{};
    const std::string& fallback_method;
    double latency_ms{};
  };
  void record(const recommend_task& task, const outcome& answered) const;
  void append_user(std::string& line, const std::string& user_id) const;

  const item_catalogue* catalogue_;
  online_quality* quality_ = nullptr;
  caches* kept_;
  metrics* metrics_;
  log* log_;
  /// A request that takes at least that long is logged as a warning.
  std::chrono::milliseconds slow_after_;
  logged_user_ids user_ids_;
  /// Of this process, so that nobody who has the lines can try ids.
  std::uint64_t user_id_seed_;
};

}  // namespace freshet

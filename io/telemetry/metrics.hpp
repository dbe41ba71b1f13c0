// What:    what operators see: counters, gauges and histograms, rendered for Prometheus.
// Names:   start with freshet_, base units, no user or item ids as labels.
// Why:     a metric is a verb where it happens (`metrics.events_applied(n)` in the probes below), so that the calling
//          code says what happened and the name of the series stands in one place.
// Threads: every member from any thread.
// Limits:  512 different (method, route, code); what comes after them is counted under route "other", so that no
//          caller can fill the memory with series.
// Cost:    request_done and the counters find their series without a lock: some 100 ns. What carries another label
//          (partition, actor, reason) takes a short lock.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bounded_cache.hpp"
#include "core/base/clock.hpp"
#include "io/telemetry/model_series.hpp"
#include "io/telemetry/recent_traffic.hpp"

namespace freshet {

class metrics {
 public:
  metrics();
  ~metrics();
  metrics(const metrics&) = delete;
  metrics& operator=(const metrics&) = delete;

  // --- HTTP: freshet_http_requests_total{method,route,code}, freshet_http_request_duration_seconds{route},
  //     freshet_recommendations_total (items served), freshet_fallbacks_total{method},
  //     freshet_fallback_ratio (share of the answers so far that were fallbacks)
  void request_done(std::string_view method, std::string_view route, unsigned status, std::chrono::nanoseconds took);
  /// A request of a route that recommends took this long, or failed; any other only counts.
  void traffic(const recent_traffic::observation& seen);
  recent_traffic::figures recent() const;
  /// Share of the answers so far that were fallbacks.
  double fallback_ratio() const;
  /// Once for each answer.
  void recommendations_served(std::size_t items);
  void fallback_served(std::string_view method);

  // --- events: freshet_events_{consumed,applied,duplicate}_total, freshet_events_rejected_total{reason},
  //     freshet_event_freshness_seconds, freshet_consumer_lag_records{partition}, freshet_data_loss_total,
  //     freshet_dead_letters_delivered_total
  void events_consumed(std::size_t records);
  void events_applied(std::size_t events);
  void events_duplicate(std::size_t events);
  void event_rejected(std::string_view reason);
  void event_visible(std::chrono::nanoseconds since_accepted);
  void lag(std::int32_t partition, std::int64_t records);
  void data_lost(std::int32_t partition);
  void dead_letters_delivered(std::size_t letters);

  // --- model: freshet_model_info{model_id,model_type} 1, freshet_model_age_seconds, freshet_model_swaps_total{result},
  //     freshet_fold_ins_total, freshet_approximate_recall{list}
  void model_active(std::string_view model_id, std::string_view model_type, std::int64_t created_at_unix);
  void model_swap(std::string_view result);
  void fold_ins(std::size_t users);
  /// freshet_trials_total{result}: promoted, aborted.
  void trial_ended(std::string_view result);
  /// freshet_trainings_total{result}: succeeded, refused, failed, cancelled.
  void training_done(std::string_view result);
  /// freshet_backups_total{result}: succeeded, failed, cancelled; of one that succeeded also
  /// freshet_backup_last_success_seconds, the time.
  void backup_done(std::string_view result, unix_seconds now);
  /// Of a list's approximate index, as measured when the model was loaded; 1 without an index.
  void approximate_recall(std::string_view list, double recall);

  // --- actors: freshet_actor_mailbox_messages{actor}, freshet_actor_restarts_total{actor}; commands that came through
  //     Kafka: freshet_control_commands_total{result}: done, failed, or why not
  void mailbox(std::string_view actor, std::size_t messages);
  void actor_restarted(std::string_view actor);
  void control_command(std::string_view result);

  // --- caches: freshet_cache_{hits,misses,evictions}_total{cache}, freshet_cache_entries{cache}
  struct cache_figures {
    std::string cache;
    cache_counters counted;
  };
  /// Who is asked when the figures are rendered; nobody any more with an empty function.
  void caches_from(std::function<std::vector<cache_figures>()> source);

  // --- store: freshet_store_write_stalled
  void store_stalled(bool stalled);

  /// The figures of the documents' JSON metrics.
  struct totals {
    std::uint64_t requests{};
    std::uint64_t recommendations{};
    /// Answers with a 5xx status.
    std::uint64_t errors{};
    double uptime_seconds{};
  };
  totals sums() const;

  /// Prometheus text format 0.0.4, with the figures of models that are given (model_series.hpp), freshet_build_info and
  /// process_* figures (memory, CPU, file descriptors).
  /// Cost: a millisecond at most; reads /proc.
  std::string prometheus(const model_series& models = {}) const;
  static constexpr std::string_view prometheus_content_type = "text/plain; version=0.0.4; charset=utf-8";

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace freshet

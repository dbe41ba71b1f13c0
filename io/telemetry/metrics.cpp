#include "io/telemetry/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <atomic>
#include <mutex>
#include <vector>

#include "io/telemetry/process_figures.hpp"
#include "io/telemetry/request_series.hpp"

namespace freshet {
namespace {

using prometheus::Counter;
using prometheus::Family;
using prometheus::Gauge;
using prometheus::Histogram;
using prometheus::Labels;
using prometheus::MetricFamily;

/// Seconds. Fine where the targets of the operations guide lie: 50, 100, 150, 200 and the alert at 300 ms.
const Histogram::BucketBoundaries latency_buckets{.0005, .001, .0025, .005, .01, .025, .05, .1,
                                                  .15,   .2,   .3,    .5,   1,   2.5,  5,   10};

double in_seconds(std::chrono::nanoseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

MetricFamily single(std::string name, std::string help, prometheus::MetricType type, double value) {
  prometheus::ClientMetric metric;
  metric.gauge.value = value;
  metric.counter.value = value;
  return {std::move(name), std::move(help), type, {std::move(metric)}};
}

void append_process_figures(std::vector<MetricFamily>& out) {
  using enum prometheus::MetricType;
  const process_figures now = read_process_figures();
  out.push_back(single("process_cpu_seconds_total", "CPU time used, user and system.", Counter, now.cpu_seconds));
  out.push_back(single("process_resident_memory_bytes", "Memory in RAM.", Gauge, now.resident_bytes));
  out.push_back(single("process_virtual_memory_bytes", "Address space.", Gauge, now.virtual_bytes));
  out.push_back(single("process_open_fds", "Open file descriptors.", Gauge, now.open_descriptors));
  out.push_back(single("process_max_fds", "Most file descriptors that may be open.", Gauge, now.descriptors_max));
  out.push_back(single("process_threads", "Threads.", Gauge, now.threads));
  out.push_back(
      single("process_start_time_seconds", "Start of the process, unix time.", Gauge, now.start_unix_seconds));
}

/// One series a cache, of what `figure` takes from its counters.
template <class Figure>
MetricFamily by_cache(const std::vector<metrics::cache_figures>& caches, std::string name, std::string help,
                      prometheus::MetricType type, Figure figure) {
  MetricFamily family{std::move(name), std::move(help), type, {}};
  for (const auto& each : caches) {
    auto& metric = family.metric.emplace_back();
    metric.label = {{"cache", each.cache}};
    metric.gauge.value = metric.counter.value = static_cast<double>(figure(each.counted));
  }
  return family;
}

void append_caches(std::vector<MetricFamily>& out, const std::vector<metrics::cache_figures>& caches) {
  using enum prometheus::MetricType;
  out.push_back(by_cache(caches, "freshet_cache_hits_total", "Look-ups that found something.", Counter,
                         [](const cache_counters& of) { return of.hits; }));
  out.push_back(by_cache(caches, "freshet_cache_misses_total", "Look-ups that found nothing, or what was too old.",
                         Counter, [](const cache_counters& of) { return of.misses; }));
  out.push_back(by_cache(caches, "freshet_cache_evictions_total", "Entries dropped to make room.", Counter,
                         [](const cache_counters& of) { return of.evictions; }));
  out.push_back(by_cache(caches, "freshet_cache_entries", "Entries kept.", Gauge,
                         [](const cache_counters& of) { return of.size; }));
}

}  // namespace

struct metrics::state {
  prometheus::Registry registry;

  Family<Counter>& counters(const char* name, const char* help) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
  }
  Family<Gauge>& gauges(const char* name, const char* help) {
    return prometheus::BuildGauge().Name(name).Help(help).Register(registry);
  }
  Counter& counter(const char* name, const char* help) { return counters(name, help).Add({}); }

  // HTTP.
  Family<Counter>& requests = counters("freshet_http_requests_total", "Requests answered.");
  Family<Histogram>& durations = prometheus::BuildHistogram()
                                     .Name("freshet_http_request_duration_seconds")
                                     .Help("From the arrival of a request to the end of its answer.")
                                     .Register(registry);
  struct request_handles {
    Counter* count;
    Histogram* duration;
  };
  request_series<request_handles> by_request{[this](std::string_view method, std::string_view route, unsigned status) {
    return handles(method, route, status);
  }};
  request_handles handles(std::string_view method, std::string_view route, unsigned status) {
    const std::string route_label(route.empty() ? "unmatched" : route);
    return {&requests.Add({{"method", std::string(method)}, {"route", route_label}, {"code", std::to_string(status)}}),
            &durations.Add({{"route", route_label}}, latency_buckets)};
  }
  /// Where requests beyond the table's limit are counted.
  const request_handles overflow = handles("other", "other", 0);
  Counter& recommendations = counter("freshet_recommendations_total", "Items recommended.");
  Family<Counter>& fallbacks = counters("freshet_fallbacks_total", "Answers from a fallback list.");

  // Events.
  Counter& consumed = counter("freshet_events_consumed_total", "Records read from the log.");
  Counter& applied = counter("freshet_events_applied_total", "Events that changed a history.");
  Counter& duplicate = counter("freshet_events_duplicate_total", "Events seen before.");
  Family<Counter>& rejected = counters("freshet_events_rejected_total", "Records that are no event, by reason.");
  Histogram& freshness = prometheus::BuildHistogram()
                             .Name("freshet_event_freshness_seconds")
                             .Help("From accepting an event to its showing in recommendations.")
                             .Register(registry)
                             .Add({}, latency_buckets);
  Family<Gauge>& lag = gauges("freshet_consumer_lag_records", "Records of a partition not yet applied.");
  Family<Counter>& losses = counters("freshet_data_loss_total", "Stored offsets that were no longer in the log.");
  Counter& dead_letters = counter("freshet_dead_letters_delivered_total", "Rejected records put into the DLQ topic.");

  // Model.
  Family<Gauge>& model_info = gauges("freshet_model_info", "The model that serves; always 1.");
  Family<Counter>& swaps = counters("freshet_model_swaps_total", "Attempts to change the model, by result.");
  Family<Counter>& trials = counters("freshet_trials_total", "Trials of candidates that ended, by result.");
  Family<Counter>& trainings = counters("freshet_trainings_total", "Trainings that ended, by result.");
  Family<Counter>& backups = counters("freshet_backups_total", "Backups by the service that ended, by result.");
  Gauge& last_backup = gauges("freshet_backup_last_success_seconds",
                              "When the service last completed a backup, since 1970; 0 = not since it started.")
                           .Add({});
  Family<Gauge>& recalls = gauges("freshet_approximate_recall",
                                  "Share of the exact best that a list's approximate index finds; 1 without an index.");
  Counter& fold_ins = counter("freshet_fold_ins_total", "User vectors recomputed from their history.");

  // Actors and store.
  Family<Gauge>& mailboxes = gauges("freshet_actor_mailbox_messages", "Messages that wait for an actor.");
  Family<Counter>& restarts = counters("freshet_actor_restarts_total", "Actors that died and were started again.");
  Family<Counter>& commands =
      counters("freshet_control_commands_total", "Commands that came through Kafka, by what became of them.");
  Gauge& stalled = gauges("freshet_store_write_stalled", "1 while the store cannot write.").Add({});

  std::mutex model_mutex;
  Gauge* model = nullptr;
  std::int64_t model_created_at = 0;

  std::atomic<std::uint64_t> requests_sum{0};
  std::atomic<std::uint64_t> errors_sum{0};
  std::atomic<std::uint64_t> items_sum{0};
  std::atomic<std::uint64_t> answers_sum{0};
  std::atomic<std::uint64_t> fallbacks_sum{0};
  const std::chrono::steady_clock::time_point started = std::chrono::steady_clock::now();

  recent_traffic recent{started};

  std::mutex caches_mutex;
  std::function<std::vector<metrics::cache_figures>()> caches;

  state() {
    gauges("freshet_build_info", "The program; always 1.")
        .Add({{"version", FRESHET_VERSION}, {"compiler", __VERSION__}})
        .Set(1);
  }

  double fallback_ratio() const {
    const auto answers = static_cast<double>(answers_sum.load(std::memory_order_relaxed));
    return answers > 0 ? static_cast<double>(fallbacks_sum.load(std::memory_order_relaxed)) / answers : 0;
  }
};

metrics::metrics() : state_(std::make_unique<state>()) {}
metrics::~metrics() = default;

void metrics::request_done(std::string_view method, std::string_view route, unsigned status,
                           std::chrono::nanoseconds took) {
  state_->requests_sum.fetch_add(1, std::memory_order_relaxed);
  if (status >= 500) state_->errors_sum.fetch_add(1, std::memory_order_relaxed);
  const auto* found = state_->by_request.find(method, route, status);
  const auto& series = found != nullptr ? *found : state_->overflow;
  series.count->Increment();
  series.duration->Observe(in_seconds(took));
}

void metrics::traffic(const recent_traffic::observation& seen) {
  state_->recent.record(seen, std::chrono::steady_clock::now());
}

recent_traffic::figures metrics::recent() const {
  return state_->recent.seen(std::chrono::steady_clock::now());
}

double metrics::fallback_ratio() const {
  return state_->fallback_ratio();
}

void metrics::caches_from(std::function<std::vector<cache_figures>()> source) {
  const std::lock_guard lock(state_->caches_mutex);
  state_->caches = std::move(source);
}

void metrics::recommendations_served(std::size_t items) {
  state_->answers_sum.fetch_add(1, std::memory_order_relaxed);
  state_->items_sum.fetch_add(items, std::memory_order_relaxed);
  state_->recommendations.Increment(static_cast<double>(items));
}

void metrics::fallback_served(std::string_view method) {
  state_->fallbacks_sum.fetch_add(1, std::memory_order_relaxed);
  state_->fallbacks.Add({{"method", std::string(method)}}).Increment();
}

void metrics::events_consumed(std::size_t records) {
  state_->consumed.Increment(static_cast<double>(records));
}
void metrics::events_applied(std::size_t events) {
  state_->applied.Increment(static_cast<double>(events));
}
void metrics::events_duplicate(std::size_t events) {
  state_->duplicate.Increment(static_cast<double>(events));
}

void metrics::event_rejected(std::string_view reason) {
  state_->rejected.Add({{"reason", std::string(reason)}}).Increment();
}

void metrics::event_visible(std::chrono::nanoseconds since_accepted) {
  state_->freshness.Observe(in_seconds(since_accepted));
}

void metrics::lag(std::int32_t partition, std::int64_t records) {
  state_->lag.Add({{"partition", std::to_string(partition)}}).Set(static_cast<double>(records));
}

void metrics::data_lost(std::int32_t partition) {
  state_->losses.Add({{"partition", std::to_string(partition)}}).Increment();
}

void metrics::dead_letters_delivered(std::size_t letters) {
  state_->dead_letters.Increment(static_cast<double>(letters));
}

void metrics::model_active(std::string_view model_id, std::string_view model_type, std::int64_t created_at_unix) {
  const std::lock_guard lock(state_->model_mutex);
  Gauge& next = state_->model_info.Add({{"model_id", std::string(model_id)}, {"model_type", std::string(model_type)}});
  next.Set(1);
  if (state_->model != nullptr && state_->model != &next) state_->model_info.Remove(state_->model);
  state_->model = &next;
  state_->model_created_at = created_at_unix;
}

void metrics::model_swap(std::string_view result) {
  state_->swaps.Add({{"result", std::string(result)}}).Increment();
}

void metrics::trial_ended(std::string_view result) {
  state_->trials.Add({{"result", std::string(result)}}).Increment();
}

void metrics::training_done(std::string_view result) {
  state_->trainings.Add({{"result", std::string(result)}}).Increment();
}

void metrics::backup_done(std::string_view result, unix_seconds now) {
  state_->backups.Add({{"result", std::string(result)}}).Increment();
  if (result == "succeeded") state_->last_backup.Set(static_cast<double>(now));
}

void metrics::approximate_recall(std::string_view list, double recall) {
  state_->recalls.Add({{"list", std::string(list)}}).Set(recall);
}

void metrics::fold_ins(std::size_t users) {
  state_->fold_ins.Increment(static_cast<double>(users));
}

void metrics::mailbox(std::string_view actor, std::size_t messages) {
  state_->mailboxes.Add({{"actor", std::string(actor)}}).Set(static_cast<double>(messages));
}

void metrics::actor_restarted(std::string_view actor) {
  state_->restarts.Add({{"actor", std::string(actor)}}).Increment();
}

void metrics::control_command(std::string_view result) {
  state_->commands.Add({{"result", std::string(result)}}).Increment();
}

void metrics::store_stalled(bool stalled) {
  state_->stalled.Set(stalled ? 1 : 0);
}

metrics::totals metrics::sums() const {
  return {.requests = state_->requests_sum.load(std::memory_order_relaxed),
          .recommendations = state_->items_sum.load(std::memory_order_relaxed),
          .errors = state_->errors_sum.load(std::memory_order_relaxed),
          .uptime_seconds = in_seconds(std::chrono::steady_clock::now() - state_->started)};
}

std::string metrics::prometheus(const model_series& models) const {
  using enum prometheus::MetricType;
  std::vector<MetricFamily> families = state_->registry.Collect();
  families.push_back(single("freshet_fallback_ratio", "Share of the answers that came from a fallback list.", Gauge,
                            state_->fallback_ratio()));
  {
    const std::lock_guard lock(state_->model_mutex);
    if (state_->model != nullptr) {
      const auto now = std::chrono::system_clock::now().time_since_epoch();
      families.push_back(
          single("freshet_model_age_seconds", "Since the model that serves was made.", Gauge,
                 std::chrono::duration<double>(now).count() - static_cast<double>(state_->model_created_at)));
    }
  }
  {
    const std::lock_guard lock(state_->caches_mutex);
    if (state_->caches) append_caches(families, state_->caches());
  }
  for (auto& family : families_of(models)) families.push_back(std::move(family));
  append_process_figures(families);
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace freshet

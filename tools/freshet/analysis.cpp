#include "tools/freshet/analysis.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "core/models/advised_factors.hpp"

namespace freshet::tools {
namespace {

/// Below this there is nothing to judge by.
constexpr double requests_min = 50;
constexpr double look_ups_min = 100;
constexpr double capacity_requests_min = 1'000;
/// Share of the entries' places above which a cache counts as full.
constexpr double full = .95;
constexpr double lag_records_max = 10'000;
constexpr double rejected_share_max = .001;
constexpr double mailbox_messages_max = 1'000;
constexpr double model_age_days_max = 8;

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, value >= 1'000 ? "%.0f" : "%.3g", value);
  return text;
}
std::string percent(double share) {
  return number(100 * share) + " %";
}

class analysis {
 public:
  analysis(const service_reading& service, const targets_options& targets) : service_(service), targets_(targets) {}

  std::vector<finding> all() {
    look_at_latency();
    look_at_errors();
    look_at_capacity();
    look_at_fallback();
    look_at_warmth();
    look_at_hit_rate();
    look_at_model();
    look_at_ingestion();
    look_at_actors();
    std::ranges::stable_sort(found_, std::greater{}, &finding::level);
    return std::move(found_);
  }

 private:
  double stat(std::string_view path) const { return number_at(service_.stats, path); }
  void add(finding_level level, std::string about, std::string seen, std::string remedy = {}) {
    found_.push_back({level, std::move(about), std::move(seen), std::move(remedy)});
  }

  // --- latency

  void look_at_latency() {
    if (stat("latency_ms.count") < requests_min) {
      return add(finding_level::advice, "latency",
                 number(stat("latency_ms.count")) + " requests in the last minute, too few to judge",
                 "put load on the service while analyze looks: freshet loadtest --rate " + number(targets_.rps));
    }
    const std::pair<const char*, milliseconds> bounds[] = {
        {"p50", targets_.p50}, {"p90", targets_.p90}, {"p95", targets_.p95}, {"p99", targets_.p99}};
    for (const auto& [share, bound] : bounds) {
      const double is = stat(std::string("latency_ms.") + share);
      const auto target = static_cast<double>(bound.count());
      const bool missed = is > target;
      add(missed ? finding_level::missed : finding_level::ok, std::string("latency ") + share,
          number(is) + " ms, target " + number(target) + " ms", missed ? latency_remedy() : "");
    }
  }

  std::string latency_remedy() const {
    if (!warmed_up()) return "warm the caches up (POST /cache_warmup); they are cold";
    if (busy_share() > .8 && stat("settings.workers") < stat("settings.machine_threads")) {
      return "raise server.workers from " + number(stat("settings.workers")) + " to " +
             number(stat("settings.machine_threads")) + ": the processors of the service are " + percent(busy_share()) +
             " busy and the machine has more";
    }
    if (const double multiplier = stat("settings.candidate_multiplier"); reranks() && multiplier > 2) {
      return "lower reranking.candidate_multiplier from " + number(multiplier) + " to " +
             number(std::floor(multiplier / 2)) + ": each request reranks " + number(multiplier) +
             " times the items it shows";
    }
    return "give the service more processors, or fewer requests: freshet loadtest shows where it bends";
  }

  /// Share of the workers' time that was computing since the start.
  double busy_share() const {
    const double seconds = stat("uptime_seconds") * std::max(1.0, stat("settings.workers"));
    return seconds > 0 ? service_.metrics.sum("process_cpu_seconds_total") / seconds : 0;
  }
  bool reranks() const {
    const auto* settings = service_.stats.as_object().if_contains("settings");
    const auto* enabled =
        settings != nullptr && settings->is_object() ? settings->as_object().if_contains("reranking_enabled") : nullptr;
    return enabled != nullptr && enabled->is_bool() && enabled->as_bool();
  }
  bool warmed_up() const {
    const auto* warm = service_.cache_stats.as_object().if_contains("warmed_up");
    return warm != nullptr && warm->is_bool() && warm->as_bool();
  }

  // --- errors, capacity, fallback

  void look_at_errors() {
    // Too few to judge: said of the latency already.
    if (stat("recent.requests") < requests_min) return;
    const double rate = stat("recent.error_rate");
    const bool missed = rate > targets_.error_rate;
    add(missed ? finding_level::missed : finding_level::ok, "error rate",
        percent(rate) + " of the last minute, target at most " + percent(targets_.error_rate),
        missed ? "look for 5xx in the service's log and at /readyz?verbose: what is not ready names its reason" : "");
  }

  /// Requests for a second of computing, times the processors there are to compute.
  void look_at_capacity() {
    const double busy = service_.metrics.sum("process_cpu_seconds_total");
    if (stat("requests.total") < capacity_requests_min || busy <= 0) return;
    const double capacity = stat("requests.total") / busy * std::max(1.0, stat("settings.workers"));
    const bool missed = capacity < targets_.rps;
    add(missed ? finding_level::missed : finding_level::ok, "capacity",
        "about " + number(capacity) + " requests/s by the processor time used so far, target " + number(targets_.rps),
        missed ? "give the service more processors and workers, or a smaller model; measure with freshet loadtest"
               : "");
  }

  void look_at_fallback() {
    if (stat("requests.total") < requests_min) return;
    const double rate = stat("fallback_rate");
    const bool missed = rate > targets_.fallback_rate;
    std::string remedy;
    if (missed) {
      remedy = stat("trainable_percentage") < 50
                   ? "train again: the model knows " + number(stat("trainable_percentage")) + " % of the users"
                   : "lower fallback.fold_in_from, so that users with few events are answered by the model";
    }
    add(missed ? finding_level::missed : finding_level::ok, "fallback rate",
        percent(rate) + " of the answers, target at most " + percent(targets_.fallback_rate), std::move(remedy));
  }

  // --- caches

  void look_at_warmth() {
    if (warmed_up()) return;
    add(finding_level::advice, "warm-up", "the caches are not warmed up",
        "POST /cache_warmup, and set warmup.enabled and warmup.warmup_on_startup");
  }

  void look_at_hit_rate() {
    const auto* caches = service_.cache_stats.as_object().if_contains("caches");
    if (caches == nullptr || !caches->is_object()) return;
    double hits = 0;
    double asked = 0;
    for (const auto& [name, cache] : caches->as_object()) {
      hits += number_at(cache, "hits");
      asked += number_at(cache, "hits") + number_at(cache, "misses");
      look_at_cache(name, cache);
    }
    if (asked < look_ups_min) return;
    const double rate = hits / asked;
    const bool missed = rate < targets_.hit_rate;
    add(missed ? finding_level::missed : finding_level::ok, "hit rate",
        percent(rate) + " of all look-ups, target " + percent(targets_.hit_rate),
        missed ? "see the caches one by one; POST /cache_warmup after a start or a clear" : "");
  }

  void look_at_cache(const std::string& name, const boost::json::value& cache) {
    const double misses = number_at(cache, "misses");
    const double asked = number_at(cache, "hits") + misses;
    if (asked < look_ups_min) return;
    const double rate = number_at(cache, "hits") / asked;
    const double size_max = number_at(cache, "max_size");
    const double evictions = number_at(cache, "evictions");
    const double expirations = number_at(cache, "expirations");
    const std::string key = "cache." + name;
    const std::string seen = percent(rate) + " of " + number(asked) + " look-ups found something";
    if (evictions > misses / 10 && number_at(cache, "size") >= full * size_max) {
      return add(finding_level::advice, "cache " + name,
                 seen + ", " + number(evictions) + " entries made room for others",
                 "raise " + key + ".max_size from " + number(size_max) + " to " + number(2 * size_max));
    }
    if (expirations > misses / 2) {
      const double ttl = number_at(cache, "ttl_seconds");
      return add(finding_level::advice, "cache " + name, seen + ", " + number(expirations) + " entries were too old",
                 "raise " + key + ".ttl_seconds from " + number(ttl) + " to " + number(4 * ttl) +
                     "; entries are versioned, so none of them is ever stale");
    }
    add(finding_level::ok, "cache " + name, seen);
  }

  // --- model

  void look_at_model() {
    if (!service_.model_info.is_object()) {
      return add(finding_level::missed, "model", "none serves",
                 "freshet train als --db DB --output ARTIFACTS --register");
    }
    const double items = number_at(service_.model_info, "num_items");
    const double factors = number_at(service_.model_info, "factors");
    const auto advised = advised_factors(static_cast<std::uint64_t>(items));
    if (factors > 0 && (factors < advised.least || factors > advised.most)) {
      const std::string range = std::to_string(advised.least) + " to " + std::to_string(advised.most);
      add(finding_level::advice, "factors", number(factors) + " for " + number(items) + " items, usual are " + range,
          factors < advised.least ? "train with more factors: likeness of this many items does not fit into so few"
                                  : "train with fewer factors: memory and time grow with them, quality hardly");
    }
    const double days = service_.metrics.sum("freshet_model_age_seconds") / 86'400;
    if (days > model_age_days_max) {
      add(finding_level::advice, "model age", number(days) + " days",
          "train again (weekly is usual): events shape answers at once, but items' factors only by training");
    }
  }

  // --- ingestion and actors

  void look_at_ingestion() {
    const auto& metrics = service_.metrics;
    const double rejected = metrics.sum("freshet_events_rejected_total");
    const double consumed = metrics.sum("freshet_events_consumed_total");
    if (rejected > rejected_share_max * consumed) {
      const auto worst = metrics.largest("freshet_events_rejected_total", "reason");
      add(finding_level::advice, "dead letters",
          number(rejected) + " of " + number(consumed) + " records are no events, most for " + worst.label,
          "mend the sender; the records lie in the dead-letter topic with their reason");
    }
    if (const double lag = metrics.sum("freshet_consumer_lag_records"); lag > lag_records_max) {
      add(finding_level::advice, "lag", number(lag) + " records are not applied yet",
          "wait if it shrinks; else raise kafka.batch_records_max, or give the database a faster disk");
    }
    if (const double losses = metrics.sum("freshet_data_loss_total"); losses > 0) {
      add(finding_level::advice, "data loss", number(losses) + " stored offsets were no longer in the log",
          "raise the retention of the topic above the longest outage");
    }
    if (metrics.sum("freshet_store_write_stalled") > 0) {
      add(finding_level::advice, "store", "cannot write", "look at the disk: space, and the service's log");
    }
  }

  void look_at_actors() {
    if (const auto worst = service_.metrics.largest("freshet_actor_restarts_total", "actor"); worst.value > 0) {
      add(finding_level::advice, "actors", worst.label + " died " + number(worst.value) + " times",
          "its reason is in the service's log");
    }
    if (const auto longest = service_.metrics.largest("freshet_actor_mailbox_messages", "actor");
        longest.value > mailbox_messages_max) {
      add(finding_level::advice, "actors", number(longest.value) + " messages wait for " + longest.label,
          "raise server.workers, or lower server.requests_in_flight_max so that the excess is refused early");
    }
  }

  const service_reading& service_;
  const targets_options& targets_;
  std::vector<finding> found_;
};

}  // namespace

std::string_view to_string(finding_level level) {
  switch (level) {
    case finding_level::ok:
      return "ok";
    case finding_level::advice:
      return "advice";
    case finding_level::missed:
      break;
  }
  return "missed";
}

std::vector<finding> analyse(const service_reading& service, const targets_options& targets) {
  return analysis(service, targets).all();
}

}  // namespace freshet::tools

#include "io/telemetry/metrics.hpp"

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <sstream>
#include <thread>
#include <vector>

namespace freshet {
namespace {

using namespace std::chrono_literals;

/// Value of one series of an exposition, by its full name with labels as it is written.
std::optional<double> series(const metrics& of, const std::string& name, const model_series& models = {}) {
  std::istringstream lines(of.prometheus(models));
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(name + " ")) return std::stod(line.substr(name.size() + 1));
  }
  return std::nullopt;
}

TEST(metrics, counts_requests_by_method_route_and_code) {
  metrics m;
  m.request_done("GET", "/recommend", 200, 3ms);
  m.request_done("GET", "/recommend", 200, 300ms);
  m.request_done("GET", "/recommend", 503, 1ms);
  m.request_done("GET", "", 404, 1us);
  EXPECT_EQ(series(m, R"(freshet_http_requests_total{code="200",method="GET",route="/recommend"})"), 2);
  EXPECT_EQ(series(m, R"(freshet_http_requests_total{code="503",method="GET",route="/recommend"})"), 1);
  EXPECT_EQ(series(m, R"(freshet_http_requests_total{code="404",method="GET",route="unmatched"})"), 1);
  EXPECT_EQ(series(m, R"(freshet_http_request_duration_seconds_count{route="/recommend"})"), 3);
  EXPECT_EQ(series(m, R"(freshet_http_request_duration_seconds_bucket{route="/recommend",le="0.0005"})"), 0);
  EXPECT_EQ(series(m, R"(freshet_http_request_duration_seconds_bucket{route="/recommend",le="0.005"})"), 2);
  EXPECT_EQ(series(m, R"(freshet_http_request_duration_seconds_bucket{route="/recommend",le="0.3"})"), 3);
  EXPECT_EQ(series(m, R"(freshet_http_request_duration_seconds_bucket{route="/recommend",le="+Inf"})"), 3);
}

TEST(metrics, keep_the_totals_of_the_documents) {
  metrics m;
  m.request_done("GET", "/recommend", 200, 1ms);
  m.request_done("GET", "/recommend", 404, 1ms);
  m.request_done("GET", "/recommend", 500, 1ms);
  m.recommendations_served(10);
  m.recommendations_served(5);
  const auto sums = m.sums();
  EXPECT_EQ(sums.requests, 3U);
  EXPECT_EQ(sums.errors, 1U) << "only 5xx is an error";
  EXPECT_EQ(sums.recommendations, 15U);
  EXPECT_GE(sums.uptime_seconds, 0);
}

TEST(metrics, ask_the_caches_when_they_are_rendered) {
  metrics m;
  EXPECT_EQ(series(m, R"(freshet_cache_entries{cache="response"})"), std::nullopt);
  std::uint64_t hits = 5;
  m.caches_from([&] {
    return std::vector<metrics::cache_figures>{{"response", {7, 10, hits, 2, 3, 0}}, {"fallback", {}}};
  });
  EXPECT_EQ(series(m, R"(freshet_cache_hits_total{cache="response"})"), 5);
  hits = 6;
  EXPECT_EQ(series(m, R"(freshet_cache_hits_total{cache="response"})"), 6);
  EXPECT_EQ(series(m, R"(freshet_cache_misses_total{cache="response"})"), 2);
  EXPECT_EQ(series(m, R"(freshet_cache_evictions_total{cache="response"})"), 3);
  EXPECT_EQ(series(m, R"(freshet_cache_entries{cache="response"})"), 7);
  EXPECT_EQ(series(m, R"(freshet_cache_hits_total{cache="fallback"})"), 0);
}

TEST(metrics, know_how_the_last_minute_went) {
  metrics m;
  m.traffic({.took = 3ms, .failed = false, .recommends = true});
  m.traffic({.took = 3ms, .failed = true, .recommends = false});
  EXPECT_EQ(m.recent().requests, 2U);
  EXPECT_EQ(m.recent().errors, 1U);
  EXPECT_EQ(m.recent().recommending, 1U);
}

TEST(metrics, show_the_share_of_fallbacks) {
  metrics m;
  EXPECT_EQ(series(m, "freshet_fallback_ratio"), 0);
  for (int i = 0; i < 4; ++i) m.recommendations_served(10);
  m.fallback_served("popularity");
  EXPECT_EQ(series(m, "freshet_fallback_ratio"), 0.25);
  EXPECT_EQ(series(m, R"(freshet_fallbacks_total{method="popularity"})"), 1);
}

TEST(metrics, follow_the_events) {
  metrics m;
  m.events_consumed(10);
  m.events_applied(7);
  m.events_duplicate(2);
  m.event_rejected("bad_time");
  m.event_visible(4ms);
  m.lag(3, 42);
  m.lag(3, 41);
  m.data_lost(3);
  m.dead_letters_delivered(1);
  EXPECT_EQ(series(m, "freshet_events_consumed_total"), 10);
  EXPECT_EQ(series(m, "freshet_events_applied_total"), 7);
  EXPECT_EQ(series(m, "freshet_events_duplicate_total"), 2);
  EXPECT_EQ(series(m, R"(freshet_events_rejected_total{reason="bad_time"})"), 1);
  EXPECT_EQ(series(m, R"(freshet_event_freshness_seconds_bucket{le="0.005"})"), 1);
  EXPECT_EQ(series(m, R"(freshet_consumer_lag_records{partition="3"})"), 41);
  EXPECT_EQ(series(m, R"(freshet_data_loss_total{partition="3"})"), 1);
  EXPECT_EQ(series(m, "freshet_dead_letters_delivered_total"), 1);
}

TEST(metrics, name_one_model_at_a_time) {
  metrics m;
  EXPECT_EQ(series(m, "freshet_model_age_seconds"), std::nullopt);
  const auto now =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch());
  m.model_active("als_20261101_v1", "als", 0);
  m.model_active("als_20261102_v1", "als", now.count() - 3600);
  m.model_active("als_20261102_v1", "als", now.count() - 3600);
  m.model_swap("activated");
  m.fold_ins(3);
  EXPECT_EQ(series(m, R"(freshet_model_info{model_id="als_20261101_v1",model_type="als"})"), std::nullopt);
  EXPECT_EQ(series(m, R"(freshet_model_info{model_id="als_20261102_v1",model_type="als"})"), 1);
  EXPECT_NEAR(series(m, "freshet_model_age_seconds").value_or(0), 3600, 60);
  EXPECT_EQ(series(m, R"(freshet_model_swaps_total{result="activated"})"), 1);
  EXPECT_EQ(series(m, "freshet_fold_ins_total"), 3);
}

TEST(metrics, show_a_candidate_beside_the_model_in_service) {
  const metrics m;
  model_series models;
  EXPECT_EQ(series(m, R"(freshet_model_requests_total{model_id="als_1",role="current"})", models), std::nullopt);
  models.shown = {{"als_1", 40, 10, 5.5}};
  models.current = {"als_1", 100, 2, 3, 4ms, 20ms};
  models.on_trial = {{"als_2", 0, 0, 0, 6ms, 30ms}, "shadow", .25, 50, 5, .8, -.5};
  const auto value = [&](const std::string& name) { return series(m, name, models); };
  EXPECT_EQ(value(R"(freshet_shown_hits_total{model_id="als_1"})"), 10);
  EXPECT_EQ(value(R"(freshet_shown_reciprocal_ranks_total{model_id="als_1"})"), 5.5);
  EXPECT_EQ(value(R"(freshet_model_requests_total{model_id="als_1",role="current"})"), 100);
  EXPECT_EQ(value(R"(freshet_model_errors_total{model_id="als_1",role="current"})"), 2);
  EXPECT_EQ(value(R"(freshet_model_fallbacks_total{model_id="als_1",role="current"})"), 3);
  EXPECT_EQ(value(R"(freshet_model_latency_seconds{model_id="als_1",role="current",quantile="0.99"})"), .02);
  EXPECT_EQ(value(R"(freshet_model_requests_total{model_id="als_2",role="candidate"})"), 0);
  EXPECT_EQ(value(R"(freshet_model_latency_seconds{model_id="als_2",role="candidate",quantile="0.5"})"), .006);
  EXPECT_EQ(value(R"(freshet_trial_share{model_id="als_2",stage="shadow"})"), .25);
  EXPECT_EQ(value(R"(freshet_trial_compared_total{model_id="als_2",stage="shadow"})"), 50);
  EXPECT_EQ(value(R"(freshet_trial_left_out_total{model_id="als_2",stage="shadow"})"), 5);
  EXPECT_EQ(value(R"(freshet_trial_overlap{model_id="als_2",stage="shadow"})"), .8);
  EXPECT_EQ(value(R"(freshet_trial_score_drift{model_id="als_2",stage="shadow"})"), -.5);
  models.on_trial->stage = "canary";
  EXPECT_EQ(value(R"(freshet_trial_share{model_id="als_2",stage="canary"})"), .25);
  EXPECT_EQ(value(R"(freshet_trial_overlap{model_id="als_2",stage="canary"})"), std::nullopt) << "it compares no lists";
}

TEST(metrics, watch_actors_and_store) {
  metrics m;
  m.mailbox("scorer", 12);
  m.actor_restarted("scorer");
  m.store_stalled(true);
  EXPECT_EQ(series(m, R"(freshet_actor_mailbox_messages{actor="scorer"})"), 12);
  EXPECT_EQ(series(m, R"(freshet_actor_restarts_total{actor="scorer"})"), 1);
  EXPECT_EQ(series(m, "freshet_store_write_stalled"), 1);
}

TEST(metrics, describe_the_process) {
  metrics m;
  EXPECT_GT(series(m, "process_resident_memory_bytes").value_or(0), 1 << 20);
  EXPECT_GT(series(m, "process_virtual_memory_bytes").value_or(0), 1 << 20);
  EXPECT_GE(series(m, "process_open_fds").value_or(0), 3);
  EXPECT_GE(series(m, "process_threads").value_or(0), 1);
  EXPECT_GT(series(m, "process_start_time_seconds").value_or(0), 1.6e9);
  EXPECT_TRUE(series(m, "process_cpu_seconds_total").has_value());
  EXPECT_NE(m.prometheus().find("freshet_build_info{"), std::string::npos);
}

TEST(metrics, declare_a_type_for_every_series_and_each_series_once) {
  metrics m;
  m.request_done("GET", "/recommend", 200, 3ms);
  m.model_active("a\"b\n", "als", 0);
  model_series models;
  models.shown = {{"als_1", 1, 1, 1}, {"als_2", 1, 1, 1}};
  models.current = {"als_1", 1, 0, 0, 1ms, 1ms};
  models.on_trial = {{"als_2", 1, 0, 0, 1ms, 1ms}, "shadow", 1, 1, 0, 1, 0};
  std::map<std::string, int> seen;
  std::istringstream lines(m.prometheus(models));
  std::string type_of;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("# TYPE ")) type_of = line.substr(7, line.rfind(' ') - 7);
    if (line.starts_with("#")) continue;
    EXPECT_TRUE(line.starts_with(type_of)) << line;
    EXPECT_TRUE(line.starts_with("freshet_") || line.starts_with("process_")) << line;
    EXPECT_EQ(++seen[line.substr(0, line.rfind(' '))], 1) << line;
  }
  EXPECT_GT(seen.size(), 20U);
}

TEST(metrics, bound_the_number_of_series) {
  metrics m;
  for (int route = 0; route < 2'000; ++route) m.request_done("GET", "/r" + std::to_string(route), 200, 1ms);
  EXPECT_EQ(m.sums().requests, 2'000U);
  EXPECT_EQ(series(m, R"(freshet_http_requests_total{code="0",method="other",route="other"})"), 2'000 - 512);
}

TEST(metrics, lose_nothing_under_contention) {
  metrics m;
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      for (unsigned i = 0; i < 5'000; ++i) {
        m.request_done("GET", "/route" + std::to_string(i % 7), 200, 1ms);
        m.events_applied(1);
      }
    });
  }
  threads.clear();
  double sum = 0;
  for (int route = 0; route < 7; ++route) {
    sum += series(m, "freshet_http_requests_total{code=\"200\",method=\"GET\",route=\"/route" + std::to_string(route) +
                         "\"}")
               .value_or(0);
  }
  EXPECT_EQ(sum, 20'000);
  EXPECT_EQ(series(m, "freshet_events_applied_total"), 20'000);
}

}  // namespace
}  // namespace freshet

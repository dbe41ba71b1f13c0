// `freshet analyze` against a running service, and against one whose figures the test makes up.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>
#include <map>

#include "tests/support/http_test_server.hpp"
#include "tests/support/service_process.hpp"
#include "tests/support/small_shop.hpp"
#include "tests/support/temporary_directory.hpp"

namespace freshet::testing {
namespace {

using ::testing::HasSubstr;

struct seen_finding {
  std::string level;
  std::string seen;
  std::string remedy;
};
using findings = std::map<std::string, seen_finding>;

findings findings_in(const std::string& output) {
  findings found;
  const auto document = boost::json::parse(output);
  for (const auto& each : document.at("findings").as_array()) {
    const auto& remedy = each.at("remedy");
    found[std::string(each.at("about").as_string())] = {std::string(each.at("level").as_string()),
                                                        std::string(each.at("seen").as_string()),
                                                        remedy.is_null() ? "" : std::string(remedy.as_string())};
  }
  return found;
}

/// Figures of a healthy service; a test changes what it is about.
struct made_up_service {
  std::string latency = R"("p50":1,"p90":2,"p95":3,"p99":4,"max":5,"count":1000)";
  std::string recent = R"("seconds":60,"requests":1000,"errors":0,"error_rate":0,"requests_per_second":16)";
  std::string caches = R"("response":{"size":10,"max_size":100,"hits":900,"misses":100,"hit_rate":0.9,"evictions":0,
                          "expirations":0,"ttl_seconds":300})";
  std::string fallback_rate = "0.5";
  bool warmed_up = true;
  std::string factors = "64";
  std::string num_items = "2000";
  std::string metrics = "process_cpu_seconds_total 1\nfreshet_events_consumed_total 1000\n";

  http::response answer(const http::request& in) const {
    http::response out;
    if (in.path == "/stats") {
      out.body = R"({"model_id":"als_1","trainable_percentage":9,"uptime_seconds":100,"requests":{"total":2000,
                     "error_rate":0},"recent":{)" +
                 recent + R"(},"latency_ms":{)" + latency + R"(},"fallback_rate":)" + fallback_rate +
                 R"(,"settings":{"workers":1,"machine_threads":1,"reranking_enabled":true,"candidate_multiplier":6}})";
    } else if (in.path == "/cache_stats") {
      out.body = std::string(R"({"warmed_up":)") + (warmed_up ? "true" : "false") + R"(,"caches":{)" + caches + "}}";
    } else if (in.path == "/model_info") {
      out.body = R"({"num_items":)" + num_items + R"(,"factors":)" + factors + "}";
    } else if (in.target == "/metrics?format=prometheus") {
      out.body = metrics;
    } else {
      out.status = 404;
    }
    return out;
  }

  struct outcome {
    int exit_code;
    findings found;
  };
  outcome analysed() const {
    const temporary_directory directory;
    http_test_server server([this](const http::exchange_ptr& call) { call->answer(answer(call->in())); });
    const auto done = run_freshet({"analyze", "--url", server.address(), "--json"}, directory.path());
    EXPECT_NE(done.output, "") << done.errors;
    return {done.exit_code, findings_in(done.output)};
  }
};

TEST(analyze, of_a_healthy_service_asks_for_nothing) {
  const auto done = made_up_service{}.analysed();
  EXPECT_EQ(done.exit_code, 0);
  for (const auto& [about, each] : done.found) EXPECT_EQ(each.level, "ok") << about << ": " << each.seen;
  EXPECT_EQ(done.found.at("latency p99").seen, "4 ms, target 200 ms");
  EXPECT_EQ(done.found.at("hit rate").seen, "90 % of all look-ups, target 70 %");
}

TEST(analyze, a_slow_service_is_told_to_rerank_less_and_a_cold_one_to_warm_up) {
  made_up_service slow;
  slow.latency = R"("p50":51,"p90":90,"p95":140,"p99":312,"max":400,"count":1000)";
  auto done = slow.analysed();
  EXPECT_EQ(done.exit_code, 1);
  EXPECT_EQ(done.found.at("latency p50").level, "missed");
  EXPECT_EQ(done.found.at("latency p90").level, "ok");
  EXPECT_EQ(done.found.at("latency p99").seen, "312 ms, target 200 ms");
  EXPECT_THAT(done.found.at("latency p99").remedy, HasSubstr("reranking.candidate_multiplier from 6 to 3"));
  slow.warmed_up = false;
  done = slow.analysed();
  EXPECT_THAT(done.found.at("latency p99").remedy, HasSubstr("POST /cache_warmup"));
  EXPECT_EQ(done.found.at("warm-up").level, "advice");
}

TEST(analyze, a_cache_that_is_too_small_or_forgets_too_soon_is_named_with_its_setting) {
  made_up_service small;
  small.caches = R"("response":{"size":100,"max_size":100,"hits":30,"misses":970,"evictions":870,"expirations":0,
                    "ttl_seconds":300},"fallback":{"size":5,"max_size":100,"hits":800,"misses":200,"evictions":0,
                    "expirations":150,"ttl_seconds":60})";
  const auto done = small.analysed();
  EXPECT_EQ(done.exit_code, 1);
  EXPECT_EQ(done.found.at("hit rate").level, "missed") << "830 of 2000 are 41.5 %";
  EXPECT_THAT(done.found.at("cache response").remedy, HasSubstr("cache.response.max_size from 100 to 200"));
  EXPECT_THAT(done.found.at("cache fallback").remedy, HasSubstr("cache.fallback.ttl_seconds from 60 to 240"));
}

TEST(analyze, errors_and_fallback_lists_beyond_the_target_are_missed) {
  made_up_service failing;
  failing.recent = R"("seconds":60,"requests":1000,"errors":20,"error_rate":0.02,"requests_per_second":16)";
  failing.fallback_rate = "0.95";
  const auto done = failing.analysed();
  EXPECT_EQ(done.exit_code, 1);
  EXPECT_EQ(done.found.at("error rate").seen, "2 % of the last minute, target at most 1 %");
  EXPECT_EQ(done.found.at("fallback rate").level, "missed");
  EXPECT_THAT(done.found.at("fallback rate").remedy, HasSubstr("train again"));
}

TEST(analyze, advises_factors_by_the_size_of_the_catalogue) {
  made_up_service service;
  service.num_items = "60000";
  EXPECT_THAT(service.analysed().found.at("factors").seen, HasSubstr("64 for 60000 items, usual are 200 to 300"));
  service.num_items = "20000";
  EXPECT_THAT(service.analysed().found.at("factors").seen, HasSubstr("100 to 200"));
  service.factors = "0";
  EXPECT_FALSE(service.analysed().found.contains("factors")) << "a model without factors";
}

TEST(analyze, names_dead_letters_lag_restarts_and_age) {
  made_up_service service;
  service.metrics =
      "# HELP freshet_events_rejected_total x\n"
      "freshet_events_consumed_total 1000\n"
      "freshet_events_rejected_total{reason=\"bad_ts\"} 3\n"
      "freshet_events_rejected_total{reason=\"not json\"} 9\n"
      "freshet_consumer_lag_records{partition=\"0\"} 15000\n"
      "freshet_consumer_lag_records{partition=\"1\"} 5000\n"
      "freshet_actor_restarts_total{actor=\"scorer-1\"} 2\n"
      "freshet_model_age_seconds 864000\n";
  const auto done = service.analysed();
  EXPECT_EQ(done.exit_code, 0) << "no target is about these";
  EXPECT_EQ(done.found.at("dead letters").seen, "12 of 1000 records are no events, most for not json");
  EXPECT_EQ(done.found.at("lag").seen, "20000 records are not applied yet");
  EXPECT_EQ(done.found.at("actors").seen, "scorer-1 died 2 times");
  EXPECT_EQ(done.found.at("model age").seen, "10 days");
}

TEST(analyze, holds_a_service_against_every_target) {
  const temporary_directory directory;
  const made_up_service service;
  http_test_server server([&](const http::exchange_ptr& call) { call->answer(service.answer(call->in())); });
  const std::pair<const char*, const char*> targets[] = {{"p50: 1", ""},
                                                         {"p90: 1", "latency p90"},
                                                         {"p95: 2", "latency p95"},
                                                         {"p99: 3", "latency p99"},
                                                         {"hit_rate: 0.95", "hit rate"},
                                                         {"fallback_rate: 0.4", "fallback rate"},
                                                         {"rps: 2001", "capacity"}};
  for (const auto& [target, missed] : targets) {
    std::ofstream(directory / "targets.yaml") << "targets: {" << target << "}\n";
    const auto done =
        run_freshet({"analyze", "--url", server.address(), "--json", "--config", (directory / "targets.yaml").string()},
                    directory.path());
    for (const auto& [about, each] : findings_in(done.output)) {
      EXPECT_EQ(each.level, about == missed ? "missed" : "ok") << target << ": " << about << " " << each.seen;
    }
  }
}

TEST(analyze, holds_the_real_service_against_the_targets_of_the_configuration) {
  small_shop shop;
  shop.ingest();
  shop.train();
  service_process service(shop.directory());
  for (int i = 0; i < 60; ++i) ASSERT_EQ(service.post("/recommend", R"({"user_id":"u1"})").status, 200U);
  const std::string settings = shop.path("strict.yaml");
  std::ofstream(settings) << "targets: {fallback_rate: 0, error_rate: 0}\n";
  const std::vector<std::string> command{"analyze", "--url", service.address(), "--config", settings, "--json"};
  auto done = run_freshet(command, shop.directory());
  auto found = findings_in(done.output);
  EXPECT_EQ(found.at("latency p50").level, "ok") << found.at("latency p50").seen;
  EXPECT_EQ(found.at("fallback rate").level, "ok") << found.at("fallback rate").seen;
  ASSERT_EQ(service.post("/recommend", R"({"user_id":"nobody"})").status, 200U);
  done = run_freshet(command, shop.directory());
  EXPECT_EQ(done.exit_code, 1);
  EXPECT_EQ(findings_in(done.output).at("fallback rate").level, "missed");
  const auto in_words = run_freshet({"analyze", "--url", service.address()}, shop.directory());
  EXPECT_EQ(in_words.exit_code, 0) << in_words.output << "within the default targets";
  EXPECT_THAT(in_words.output, HasSubstr("latency p99"));
}

TEST(analyze, of_what_is_not_there_or_not_freshet_says_so) {
  const temporary_directory directory;
  const auto nobody = "http://127.0.0.1:" + std::to_string(free_port());
  const auto refused = run_freshet({"analyze", "--url", nobody}, directory.path());
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.errors, HasSubstr("nobody listens"));
  http_test_server other([](const http::exchange_ptr& call) { call->answer(text("hello")); });
  EXPECT_THAT(run_freshet({"analyze", "--url", other.address()}, directory.path()).errors,
              HasSubstr("is it Freshet that listens there?"));
}

}  // namespace
}  // namespace freshet::testing

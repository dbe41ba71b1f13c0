#include "io/http/service_api.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "io/http/accept.hpp"
#include "tests/support/recording_exchange.hpp"

namespace freshet::http {
namespace {

using freshet::testing::make_request;

service_summary with_model() {
  service_summary service{.uptime_seconds = 100.0004, .now = 1764066600};
  service.model = model_summary{.model_id = "bert_als_20251108_v1",
                                .model_type = "bert_als",
                                .num_users = 26127,
                                .num_items = 2187,
                                .factors = 64,
                                .trainable_users = 26127,
                                .loaded_at = 1764066600,
                                .score_range = {-0.5, 1.5, 0.5, 0.25, 0.1, 1.2}};
  return service;
}

const request get = make_request(method::get, "/health");

TEST(health, is_the_superset_of_both_documents) {
  const response out = render_health(with_model(), get);
  EXPECT_EQ(out.status, 200U);
  EXPECT_EQ(boost::json::parse(out.body), boost::json::parse(R"({"status":"healthy","version":")" FRESHET_VERSION
                                                             R"(","model_type":"bert_als","uptime_seconds":100,
          "model_id":"bert_als_20251108_v1","num_users":26127,"num_items":2187,"trainable_users":26127,
          "timestamp":"2025-11-25T10:30:00Z"})"));
}

TEST(health, takes_its_status_word_from_the_profile_or_the_configuration) {
  service_summary service = with_model();
  service.flavour = profile::lite;
  EXPECT_EQ(boost::json::parse(render_health(service, get).body).at("status"), "ok");
  service.status_word = "UP";
  EXPECT_EQ(boost::json::parse(render_health(service, get).body).at("status"), "UP");
}

TEST(health, before_a_model_exists_depends_on_the_profile) {
  service_summary service;
  const response guide = render_health(service, get);
  EXPECT_EQ(guide.status, 503U);
  EXPECT_EQ(boost::json::parse(guide.body).at("detail"), "Service not initialized");
  service.flavour = profile::lite;
  service.expected_model_type = "bpr";
  const response lite = render_health(service, get);
  EXPECT_EQ(lite.status, 200U);
  const auto body = boost::json::parse(lite.body);
  EXPECT_EQ(body.at("model_type"), "bpr");
  EXPECT_TRUE(body.at("model_id").is_null());
}

TEST(metrics_json, is_the_documented_body) {
  const response out =
      render_metrics(with_model(), {.requests = 1500, .recommendations = 15000, .errors = 5, .cache_hit_ratio = 0.85});
  const auto body = boost::json::parse(out.body);
  EXPECT_EQ(body.at("request_count"), 1500);
  EXPECT_EQ(body.at("recommendation_count"), 15000);
  EXPECT_EQ(body.at("error_count"), 5);
  EXPECT_EQ(body.at("cache_hit_ratio"), 0.85);
  EXPECT_EQ(body.at("uptime_seconds"), 100);
  EXPECT_NEAR(body.at("recommendations_per_second").to_number<double>(), 150, 0.01);
  EXPECT_EQ(body.at("model_type"), "bert_als");
  EXPECT_EQ(body.at("model_info"), boost::json::parse(R"({"users":26127,"items":2187})"));
  EXPECT_EQ(boost::json::parse(render_metrics({}, {}).body).at("recommendations_per_second"), 0);
}

TEST(metrics_json, gives_way_to_prometheus_when_that_is_asked_for) {
  const auto wants = [](std::string_view target, std::string accept) {
    request in = make_request(method::get, target);
    if (!accept.empty()) in.headers.emplace_back("accept", std::move(accept));
    return wants_prometheus(in);
  };
  EXPECT_FALSE(wants("/metrics", ""));
  EXPECT_FALSE(wants("/metrics", "*/*"));
  EXPECT_FALSE(wants("/metrics", "application/json, text/plain, */*")) << "what axios sends";
  EXPECT_FALSE(wants("/metrics", "text/html,application/xhtml+xml,*/*;q=0.8"));
  EXPECT_TRUE(wants("/metrics", "text/plain"));
  EXPECT_TRUE(
      wants("/metrics", "application/openmetrics-text;version=1.0.0;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"));
  EXPECT_TRUE(wants("/metrics", "application/json;q=0.2, Text/Plain;q=0.5"));
  EXPECT_TRUE(wants("/metrics?format=prometheus", "application/json"));
  EXPECT_FALSE(wants("/metrics?format=json", "text/plain"));
}

TEST(accept_quality, reads_the_weight_of_a_named_type) {
  EXPECT_EQ(accept_quality("", "text/plain"), 0);
  EXPECT_EQ(accept_quality("text/plain", "text/plain"), 1);
  EXPECT_EQ(accept_quality("a/b;q=0.3 , text/plain ; charset=x ; q=0.25", "text/plain"), 0.25);
  EXPECT_EQ(accept_quality("text/plain;q=nonsense", "text/plain"), 0);
  EXPECT_EQ(accept_quality("text/plain;q=7", "text/plain"), 1);
  EXPECT_EQ(accept_quality("text/*", "text/plain"), 0);
}

TEST(model_info, is_the_documented_body) {
  EXPECT_EQ(
      boost::json::parse(render_model_info(with_model(), get).body),
      boost::json::parse(
          R"({"model_id":"bert_als_20251108_v1","model_type":"bert_als","num_users":26127,"num_items":2187,"factors":64,
          "loaded_at":"2025-11-25T10:30:00Z","score_range":{"min":-0.5,"max":1.5,"mean":0.5,"std":0.25,"p01":0.1,"p99":1.2},
          "trainable_users":26127,"reranking_enabled":false})"));
  auto reranking = with_model();
  reranking.reranking_enabled = true;
  EXPECT_EQ(boost::json::parse(render_model_info(reranking, get).body).at("reranking_enabled"), true);
  EXPECT_EQ(render_model_info({}, get).status, 503U);
}

TEST(reload, says_what_changed) {
  EXPECT_EQ(
      boost::json::parse(render_reload("a_1", "a_2", true).body),
      boost::json::parse(R"({"status":"reloaded","previous_model_id":"a_1","new_model_id":"a_2","reloaded":true})"));
  EXPECT_EQ(
      boost::json::parse(render_reload("", "", false).body),
      boost::json::parse(R"({"status":"no_update","previous_model_id":null,"new_model_id":null,"reloaded":false})"));
}

TEST(liveness, is_always_ok) {
  EXPECT_EQ(boost::json::parse(render_liveness().body).at("status"), "ok");
}

TEST(readiness, is_a_word_or_with_verbose_every_check) {
  const std::vector<readiness_check> checks{{"store", true, "open"}, {"model", false, "none was \"trained\" yet"}};
  const request plain = make_request(method::get, "/readyz");
  const request verbose = make_request(method::get, "/readyz?verbose");
  EXPECT_EQ(render_readiness(true, {{"store", true, "open"}}, plain).body, R"({"status":"ready"})");
  EXPECT_EQ(render_readiness(true, checks, plain).body, R"({"status":"degraded"})");
  const response ready = render_readiness(true, checks, verbose);
  EXPECT_EQ(ready.status, 200U);
  EXPECT_EQ(boost::json::parse(ready.body),
            boost::json::parse(
                R"({"status":"degraded","checks":[{"name":"store","ok":true,"message":"open"},
          {"name":"model","ok":false,"message":"none was \"trained\" yet"}]})"));
  const response waiting = render_readiness(false, checks, verbose);
  EXPECT_EQ(waiting.status, 503U);
  EXPECT_EQ(boost::json::parse(waiting.body).at("detail"), "not ready: model: none was \"trained\" yet");
  EXPECT_EQ(boost::json::parse(waiting.body).at("checks").as_array().size(), 2U);
  const auto terse =
      boost::json::parse(render_readiness(false, checks, make_request(method::get, "/readyz?verbose=0")).body);
  EXPECT_FALSE(terse.as_object().contains("checks"));
  EXPECT_EQ(boost::json::parse(render_readiness(false, {}, plain).body).at("detail"), "not ready: starting");
}

}  // namespace
}  // namespace freshet::http

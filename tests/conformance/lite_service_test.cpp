// GET /health and /metrics of the runbook.
#include <gtest/gtest.h>

#include "tests/conformance/served_shop.hpp"
#include "tests/conformance/shape.hpp"

namespace freshet::testing {
namespace {

TEST(lite_health, has_the_members_of_both_documents) {
  const auto answer = shop_of_texts().service().get("/health");
  ASSERT_EQ(answer.status, 200U);
  expect_shape(answer.body, R"({"status": "string", "version": "string", "model_type": "string",
      "uptime_seconds": "number", "model_id": "string", "num_users": "integer", "num_items": "integer",
      "trainable_users": "integer", "timestamp": "time"})");
  EXPECT_EQ(answer.body.at("status"), "healthy");
  EXPECT_EQ(answer.body.at("model_type"), "als");
  EXPECT_EQ(answer.body.at("num_items"), shop_of_texts().service().get("/model_info").body.at("num_items"));
}

TEST(lite_health, says_ok_in_the_lite_profile_also_before_there_is_a_model) {
  served_shop shop(shop_ids::texts, "profile: lite\n", false);
  const auto before = shop.service().get("/health");
  EXPECT_EQ(before.status, 200U) << before.raw.body;
  EXPECT_EQ(before.body.at("status"), "ok");
  EXPECT_EQ(before.body.at("model_type"), "als");
}

TEST(lite_health, word_can_be_chosen) {
  served_shop shop(shop_ids::texts, "api:\n  health_status_word: splendid\n");
  EXPECT_EQ(shop.service().get("/health").body.at("status"), "splendid");
}

TEST(lite_health, without_a_model_is_503) {
  served_shop shop(shop_ids::texts, "", false);
  for (const auto* target : {"/health", "/recommend?user_id=u1", "/similar-items?item_id=i1", "/model_info"}) {
    const auto answer = shop.service().get(target);
    EXPECT_EQ(answer.status, 503U) << target;
    EXPECT_EQ(answer.body.at("detail"), "Service not initialized") << target;
    EXPECT_FALSE(answer.raw.headers.empty());
  }
  EXPECT_EQ(shop.service().get("/livez").status, 200U);
}

TEST(lite_metrics, are_json_as_documented) {
  auto& service = shop_of_texts().service();
  service.get("/recommend?user_id=u1");
  const auto answer = service.get("/metrics");
  ASSERT_EQ(answer.status, 200U);
  expect_shape(answer.body, R"({"uptime_seconds": "number", "request_count": "integer",
      "recommendation_count": "integer", "error_count": "integer", "recommendations_per_second": "number",
      "cache_hit_ratio": "number", "model_type": "string", "model_info": {"users": "integer", "items": "integer"}})");
  EXPECT_GE(answer.body.at("recommendation_count").as_int64(), 10) << "items, not lists";
}

TEST(lite_metrics, are_the_exposition_for_prometheus) {
  auto& service = shop_of_texts().service();
  constexpr auto exposition = "text/plain; version=0.0.4; charset=utf-8";
  EXPECT_EQ(service.get("/metrics?format=prometheus").raw.content_type, exposition);
  for (const auto* accepted : {"text/plain", "application/openmetrics-text;version=1.0.0,text/plain;q=0.5"}) {
    const auto answer = service.send(http::method::get, "/metrics", {{"Accept", accepted}});
    EXPECT_EQ(answer.raw.content_type, exposition) << accepted;
    EXPECT_NE(answer.raw.body.find("# TYPE"), std::string::npos);
  }
  EXPECT_EQ(service.send(http::method::get, "/metrics", {{"Accept", "*/*"}}).raw.content_type, "application/json");
}

}  // namespace
}  // namespace freshet::testing

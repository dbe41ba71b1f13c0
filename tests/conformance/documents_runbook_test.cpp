// Each request of the RecSys-Lite runbook is sent as it stands there, and each documented member and type is looked
// for.
#include <gtest/gtest.h>

#include "tests/conformance/served_shop.hpp"
#include "tests/conformance/shape.hpp"

namespace freshet::testing {
namespace {

/// With the user and the items that the document's examples name.
served_shop& documented_shop() {
  static served_shop& shop = []() -> served_shop& {
    static served_shop made(shop_ids::texts, "profile: lite\n");
    const char* events = R"([{"user_id": "user123", "item_id": "i3", "ts": 1626533119, "qty": 1},
                             {"user_id": "user123", "item_id": "i5", "ts": 1626533257, "qty": 2}])";
    EXPECT_EQ(made.service().post("/v1/events?wait=visible", events).status, 202U);
    return made;
  }();
  return shop;
}

TEST(documents_runbook, curl_health) {
  const auto answer = documented_shop().service().get("/health");
  EXPECT_EQ(answer.status, 200U);
  expect_shape(answer.body, R"({"status": "string", "version": "string", "model_type": "string",
                                "uptime_seconds": "integer"})");
  EXPECT_EQ(answer.body.at("status"), "ok");
  EXPECT_EQ(answer.body.at("model_type"), "als");
}

TEST(documents_runbook, curl_recommend) {
  const auto answer = documented_shop().service().get("/recommend?user_id=user123&k=10");
  ASSERT_EQ(answer.status, 200U) << answer.raw.body;
  EXPECT_EQ(answer.body.at("user_id"), "user123");
  EXPECT_EQ(answer.body.at("recommendations").as_array().size(), 10U);
  expect_shape(answer.body, R"({"user_id": "string", "recommendations": [{"item_id": "string", "score": "number",
      "title": "string", "category": "string", "brand": "string", "price": "number", "img_url": "string|null"}]})");
}

TEST(documents_runbook, curl_similar_items) {
  const auto answer = documented_shop().service().get("/similar-items?item_id=i45&k=5");
  ASSERT_EQ(answer.status, 200U) << answer.raw.body;
  EXPECT_EQ(answer.body.at("recommendations").as_array().size(), 5U);
  EXPECT_EQ(documented_shop().service().get("/similar-items?item_id=item456&k=5").status, 404U) << "not in this shop";
}

TEST(documents_runbook, curl_metrics) {
  const auto answer = documented_shop().service().get("/metrics");
  ASSERT_EQ(answer.status, 200U);
  expect_shape(answer.body, R"({"uptime_seconds": "integer", "request_count": "integer",
      "recommendation_count": "integer", "error_count": "integer", "recommendations_per_second": "number",
      "cache_hit_ratio": "number"})");
}

TEST(documents_runbook, errors) {
  auto& service = documented_shop().service();
  EXPECT_EQ(service.get("/recommend?user_id=user123&k=0").status, 400U);
  EXPECT_EQ(service.get("/recommend?user_id=nobody").status, 404U);
  EXPECT_EQ(service.get("/similar-items?item_id=nothing").status, 404U);
  EXPECT_EQ(service.get("/recommend?k=5").status, 422U);
}

}  // namespace
}  // namespace freshet::testing

// Each request of the operations guide is sent as it stands there, and each documented member and type is looked for.
#include <gtest/gtest.h>

#include "tests/conformance/served_shop.hpp"
#include "tests/conformance/shape.hpp"

namespace freshet::testing {
namespace {

service_process& service() {
  return shop_of_integers().service();
}

TEST(documents_guide, curl_health) {
  expect_shape(service().get("/health").body, R"({"status": "string", "model_id": "string", "model_type": "string",
      "num_users": "integer", "num_items": "integer", "trainable_users": "integer", "timestamp": "time"})");
  EXPECT_EQ(service().get("/health").body.at("status"), "healthy");
}

TEST(documents_guide, curl_recommend) {
  const auto answer = service().post("/recommend", R"({"user_id": 12345, "topk": 10})");
  ASSERT_EQ(answer.status, 200U) << answer.raw.body;
  EXPECT_EQ(answer.body.at("user_id"), 12345);
  EXPECT_EQ(answer.body.at("count"), 10);
}

TEST(documents_guide, requests_with_rerank_false) {
  const auto answer = service().post("/recommend", R"({"user_id": 1, "rerank": false})");
  EXPECT_FALSE(answer.body.at("recommendations").at(0).as_object().contains("final_score"));
}

TEST(documents_guide, curl_model_info) {
  expect_shape(service().get("/model_info").body, R"({"model_id": "string", "model_type": "string",
      "num_users": "integer", "num_items": "integer", "factors": "integer", "loaded_at": "time",
      "score_range": {"min": "number", "max": "number", "p01": "number", "p99": "number"}})");
}

TEST(documents_guide, curl_reload_model) {
  expect_shape(service().post("/reload_model", "").body, R"({"status": "string", "previous_model_id": "string",
      "new_model_id": "string", "reloaded": "boolean"})");
}

}  // namespace
}  // namespace freshet::testing

// The requests of the operations guide about caches and statistics.
#include <gtest/gtest.h>

#include "tests/conformance/served_shop.hpp"
#include "tests/conformance/shape.hpp"

namespace freshet::testing {
namespace {

service_process& service() {
  return shop_of_integers().service();
}

TEST(documents_caches, curl_stats) {
  const auto answer = service().get("/stats");
  ASSERT_EQ(answer.status, 200U) << answer.raw.body;
  EXPECT_EQ(answer.raw.content_type, "application/json");
}

TEST(documents_caches, curl_cache_stats) {
  expect_shape(service().get("/cache_stats").body,
               R"({"warmed_up": "boolean", "caches": {
      "user_profile": {"size": "integer", "max_size": "integer", "hit_rate": "number", "hits": "integer",
                       "misses": "integer"},
      "item_similarity": {"size": "integer", "max_size": "integer", "hit_rate": "number"},
      "fallback": {"size": "integer", "max_size": "integer", "hit_rate": "number"}},
    "precomputed": {"popular_items": "integer", "popular_similarities": "integer"}})");
}

TEST(documents_caches, curl_cache_warmup) {
  EXPECT_EQ(service().post("/cache_warmup", "").status, 200U);
  EXPECT_EQ(service().post("/cache_warmup?force=true", "").body.at("status"), "warmup_complete");
  EXPECT_TRUE(service().get("/cache_stats").body.at("warmed_up").as_bool());
}

TEST(documents_caches, curl_cache_clear_then_warmup) {
  EXPECT_EQ(service().post("/cache_clear", "").body.at("status"), "cleared");
  EXPECT_EQ(service().post("/cache_warmup", "").body.at("status"), "warmup_complete");
}

}  // namespace
}  // namespace freshet::testing

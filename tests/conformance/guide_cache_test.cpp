// The caches as the operations guide shows and controls them.
#include <gtest/gtest.h>

#include "tests/conformance/served_shop.hpp"
#include "tests/conformance/shape.hpp"

namespace freshet::testing {
namespace {

boost::json::value cache_stats() {
  const auto answer = shop_of_integers().service().get("/cache_stats");
  EXPECT_EQ(answer.status, 200U) << answer.raw.body;
  return answer.body;
}

TEST(guide_cache_stats, have_the_documented_members) {
  const std::string one =
      R"({"size": "integer", "max_size": "integer", "hits": "integer", "misses": "integer",
                              "hit_rate": "number", "evictions": "integer"})";
  expect_shape(cache_stats(), R"({"warmed_up": "boolean", "caches": {"user_profile": )" + one +
                                  R"(, "item_similarity": )" + one + R"(, "fallback": )" + one + R"(},
      "precomputed": {"popular_items": "integer", "popular_items_enriched": "integer",
                      "popular_similarities": "integer"}})");
  EXPECT_EQ(cache_stats().at("caches").at("user_profile").at("max_size"), 50'000);
  EXPECT_EQ(cache_stats().at("caches").at("item_similarity").at("max_size"), 5'000);
  EXPECT_EQ(cache_stats().at("caches").at("fallback").at("max_size"), 10'000);
}

TEST(guide_cache_warmup, is_done_once_or_by_force) {
  auto& service = shop_of_integers().service();
  const auto warmed = service.post("/cache_warmup?force=true", "");
  ASSERT_EQ(warmed.status, 200U) << warmed.raw.body;
  expect_shape(warmed.body,
               R"({"status": "string", "skipped": "boolean", "popular_items": "integer",
      "popular_items_enriched": "integer", "popular_similarities": "integer", "warmup_duration_ms": "number"})");
  EXPECT_EQ(warmed.body.at("status"), "warmup_complete");
  EXPECT_FALSE(warmed.body.at("skipped").as_bool());
  EXPECT_TRUE(cache_stats().at("warmed_up").as_bool());
  const auto again = service.post("/cache_warmup", "");
  EXPECT_EQ(again.body.at("status"), "already_warmed");
  EXPECT_TRUE(again.body.at("skipped").as_bool());
}

TEST(guide_cache_clear, empties_and_keeps_counting) {
  auto& service = shop_of_integers().service();
  service.post("/similar_items", R"({"product_id": 3})");
  service.post("/similar_items", R"({"product_id": 3})");
  const auto before = cache_stats().at("caches").at("item_similarity");
  const auto cleared = service.post("/cache_clear", "");
  ASSERT_EQ(cleared.status, 200U) << cleared.raw.body;
  EXPECT_EQ(cleared.body.at("status"), "cleared");
  const auto after = cache_stats();
  EXPECT_EQ(after.at("caches").at("item_similarity").at("size"), 0);
  EXPECT_EQ(after.at("caches").at("item_similarity").at("hits"), before.at("hits")) << "counters survive";
  EXPECT_FALSE(after.at("warmed_up").as_bool());
  EXPECT_EQ(service.post("/cache_warmup", "").body.at("status"), "warmup_complete") << "the guide's recipe";
}

}  // namespace
}  // namespace freshet::testing

// POST /cache/clear and /cache/config.
#include <gtest/gtest.h>

#include "tests/conformance/served_shop.hpp"
#include "tests/conformance/shape.hpp"

namespace freshet::testing {
namespace {

service_process::answer get(const std::string& target) {
  return shop_of_texts().service().get(target);
}

/// What the answer says of the cache.
boost::json::value cache_of(const std::string& target) {
  const auto answer = get(target);
  EXPECT_EQ(answer.status, 200U) << answer.raw.body;
  return answer.body.at("filter_info").at("cache");
}

TEST(lite_cache_routes, clear_and_configure) {
  auto& service = shop_of_texts().service();
  get("/recommend?user_id=u14&use_cache=true");
  const auto cleared = service.post("/cache/clear", "");
  ASSERT_EQ(cleared.status, 200U) << cleared.raw.body;
  expect_shape(cleared.body, R"({"status": "string", "cleared": "object"})");
  EXPECT_EQ(cleared.body.at("status"), "success");
  EXPECT_FALSE(cache_of("/recommend?user_id=u14&use_cache=true").at("hit").as_bool());

  const auto off = service.post("/cache/config?enabled=false&default_ttl=60", "");
  ASSERT_EQ(off.status, 200U) << off.raw.body;
  expect_shape(off.body,
               R"({"status": "string", "cache_enabled": "boolean", "default_ttl": "integer",
      "recommendation_cache": {"size": "integer", "hits": "integer", "misses": "integer", "hit_rate": "number"},
      "similar_items_cache": {"size": "integer", "hits": "integer", "misses": "integer", "hit_rate": "number"}})");
  EXPECT_EQ(off.body.at("status"), "success");
  EXPECT_FALSE(off.body.at("cache_enabled").as_bool());
  EXPECT_EQ(off.body.at("default_ttl"), 60);
  EXPECT_FALSE(cache_of("/recommend?user_id=u14&use_cache=true").at("hit").as_bool());
  const auto on = service.post("/cache/config?enabled=true&default_ttl=300", "");
  EXPECT_TRUE(on.body.at("cache_enabled").as_bool());
}

}  // namespace
}  // namespace freshet::testing

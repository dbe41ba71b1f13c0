// The response cache as GET /recommend and /similar-items control it, POST /cache/clear and /cache/config.
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

TEST(lite_cache, keeps_an_answer_and_says_so) {
  const std::string target = "/recommend?user_id=u11&k=5&use_cache=true";
  EXPECT_EQ(cache_of(target), boost::json::parse(R"({"hit": false, "ttl": 300, "invalidated": false})"));
  EXPECT_EQ(cache_of(target), boost::json::parse(R"({"hit": true, "ttl": 300, "invalidated": false})"));
  EXPECT_EQ(ids_of(get(target)), ids_of(get("/recommend?user_id=u11&k=5&use_cache=false")));
  EXPECT_FALSE(cache_of("/recommend?user_id=u11&k=6&use_cache=true").at("hit").as_bool()) << "another question";
}

TEST(lite_cache, keeps_for_as_long_as_the_request_wants) {
  const std::string target = "/recommend?user_id=u12&k=5&cache_ttl=1200";
  EXPECT_EQ(cache_of(target).at("ttl"), 1200);
  EXPECT_TRUE(cache_of(target).at("hit").as_bool());
  const std::string never = "/recommend?user_id=u12&k=4&cache_ttl=0";
  EXPECT_FALSE(cache_of(never).at("hit").as_bool());
  EXPECT_FALSE(cache_of(never).at("hit").as_bool());
  expect_problem(get("/recommend?user_id=u12&cache_ttl=3601").body, 400, "cache_ttl");
}

TEST(lite_cache, is_passed_over_or_renewed_where_the_request_says_so) {
  const std::string target = "/similar-items?item_id=i7&k=5";
  EXPECT_FALSE(cache_of(target + "&use_cache=true").at("hit").as_bool());
  EXPECT_FALSE(cache_of(target + "&use_cache=false").at("hit").as_bool());
  const auto renewed = cache_of(target + "&use_cache=true&invalidate_cache=true");
  EXPECT_FALSE(renewed.at("hit").as_bool());
  EXPECT_TRUE(renewed.at("invalidated").as_bool());
  EXPECT_TRUE(cache_of(target + "&use_cache=true").at("hit").as_bool());
}

TEST(lite_cache, never_answers_with_what_was_before_an_event) {
  auto& service = shop_of_texts().service();
  const std::string target = "/recommend?user_id=u13&k=5&use_cache=true";
  const auto before = ids_of(get(target));
  ASSERT_EQ(
      service.post("/v1/events?wait=visible", R"({"user_id":"u13","item_id":")" + before[0] + R"(","ts":1767225600})")
          .status,
      202U);
  const auto after = ids_of(get(target));
  EXPECT_EQ(std::ranges::count(after, before[0]), 0);
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

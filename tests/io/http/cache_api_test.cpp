#include "io/http/cache_api.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "tests/support/recording_exchange.hpp"

namespace freshet::http {
namespace {

using freshet::testing::make_request;
using std::chrono::seconds;

cache_summary of_the_guide() {
  return {.enabled = true,
          .warmed_up = true,
          .caches = {{"user_profile", {12345, 50000, 75, 25, 3, 2}, seconds(3600)},
                     {"item_similarity", {200, 5000, 23, 2, 0, 0}, seconds(86400)},
                     {"response", {7, 10000, 2, 48, 0, 0}, seconds(300)}},
          .precomputed = {200, 190, 180, 1000}};
}

boost::json::value body(const response& out) {
  EXPECT_EQ(out.status, 200U) << out.body;
  return boost::json::parse(out.body);
}

TEST(cache_stats, have_every_documented_member) {
  EXPECT_EQ(body(render_cache_stats(of_the_guide())), boost::json::parse(R"({"warmed_up":true,"enabled":true,"caches":{
      "user_profile":{"size":12345,"max_size":50000,"hits":75,"misses":25,"hit_rate":0.75,"evictions":3,"expirations":2,
                      "ttl_seconds":3600},
      "item_similarity":{"size":200,"max_size":5000,"hits":23,"misses":2,"hit_rate":0.92,"evictions":0,"expirations":0,
                         "ttl_seconds":86400},
      "response":{"size":7,"max_size":10000,"hits":2,"misses":48,"hit_rate":0.04,"evictions":0,"expirations":0,
                  "ttl_seconds":300}},
      "precomputed":{"popular_items":200,"popular_items_enriched":190,"popular_similarities":180,"user_profiles":1000}})"));
}

TEST(cache_summary, its_hit_ratio_is_of_all_caches_together) {
  EXPECT_DOUBLE_EQ(of_the_guide().hit_ratio(), 100.0 / 175);
  EXPECT_EQ(cache_summary{}.hit_ratio(), 0);
}

TEST(cache_config, answers_what_is_in_force_with_the_documented_members) {
  cache_summary off = of_the_guide();
  off.enabled = false;
  EXPECT_EQ(body(render_cache_config(off)),
            boost::json::parse(R"({"status":"success","cache_enabled":false,"default_ttl":300,
                "recommendation_cache":{"size":7,"hits":2,"misses":48,"hit_rate":0.04},
                "similar_items_cache":{"size":200,"hits":23,"misses":2,"hit_rate":0.92}})"));
}

TEST(cache_config, reads_what_is_given_and_leaves_the_rest_open) {
  const auto parse = [](std::string_view target) {
    return std::get<cache_config_request>(parse_cache_config(make_request(method::post, target)));
  };
  EXPECT_EQ(parse("/cache/config").enabled, std::nullopt);
  EXPECT_EQ(parse("/cache/config").default_ttl, std::nullopt);
  EXPECT_EQ(parse("/cache/config?enabled=false").enabled, false);
  EXPECT_EQ(parse("/cache/config?enabled=true&default_ttl=60").default_ttl, seconds(60));
}

TEST(cache_config, refuses_what_is_no_such_value) {
  const auto refused = [](std::string_view target) {
    return std::get<response>(parse_cache_config(make_request(method::post, target))).status;
  };
  EXPECT_EQ(refused("/cache/config?enabled=perhaps"), 422U);
  EXPECT_EQ(refused("/cache/config?default_ttl=soon"), 422U);
  EXPECT_EQ(refused("/cache/config?default_ttl=-1"), 400U);
}

TEST(cache_clear, answers_each_surface_in_its_own_words) {
  EXPECT_EQ(render_cleared().body, R"({"status":"cleared"})");
  EXPECT_EQ(render_cleared_sizes({{"response", 7}, {"fallback", 0}}).body,
            R"({"status":"success","cleared":{"response":7,"fallback":0}})");
}

TEST(cache_warmup, reads_force) {
  const auto parse = [](std::string_view target) { return parse_cache_warmup(make_request(method::post, target)); };
  EXPECT_FALSE(std::get<bool>(parse("/cache_warmup")));
  EXPECT_TRUE(std::get<bool>(parse("/cache_warmup?force=true")));
  EXPECT_EQ(std::get<response>(parse("/cache_warmup?force=7")).status, 422U);
}

TEST(cache_warmup, says_what_was_computed_or_that_nothing_was_needed) {
  EXPECT_EQ(body(render_warmed_up({200, 190, 180, 1000}, 12.5)),
            boost::json::parse(R"({"status":"warmup_complete","skipped":false,"popular_items":200,
                "popular_items_enriched":190,"popular_similarities":180,"user_profiles":1000,
                "warmup_duration_ms":12.5})"));
  EXPECT_EQ(render_already_warmed().body, R"({"status":"already_warmed","skipped":true})");
}

}  // namespace
}  // namespace freshet::http

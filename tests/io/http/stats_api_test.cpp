#include "io/http/stats_api.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace freshet::http {
namespace {

using namespace std::chrono_literals;

TEST(stats, have_every_documented_member_and_what_operators_ask_for) {
  service_stats stats{
      .model_id = "als_1",
      .total_users = 1000,
      .trainable_users = 86,
      .num_items = 2187,
      .popular_items_cached = 200,
      .user_histories_cached = 12,
      .cache = {.warmed_up = true, .caches = {{"response", {1, 10, 3, 1, 0, 0}, 300s}}, .precomputed = {}},
      .uptime_seconds = 100,
      .requests = 400,
      .errors = 4,
      .recommendations = 3000,
      .recent = {.seconds = 50, .requests = 100, .errors = 2, .recommending = 90},
      .fallback_rate = .914,
      .embeddings = "phobert.npy",
      .faiss = {{"ivf: ranking recall@10 0.984", .984, .99}},
      .workers = 2,
      .machine_threads = 4,
      .reranking_enabled = true,
      .candidate_multiplier = 5};
  stats.recent.p50 = 1500us;
  stats.recent.p90 = 2ms;
  stats.recent.p95 = 3ms;
  stats.recent.p99 = 4ms;
  stats.recent.max = 5ms;
  EXPECT_EQ(boost::json::parse(render_stats(stats).body), boost::json::parse(R"({"model_id":"als_1",
      "total_users":1000,"trainable_users":86,"cold_start_users":914,"trainable_percentage":8.6,"num_items":2187,
      "popular_items_cached":200,"user_histories_cached":12,
      "cache":{"warmed_up":true,"enabled":true,"hit_rate":0.75,"response":{"size":1,"max_size":10,"hits":3,"misses":1,
               "hit_rate":0.75,"evictions":0,"expirations":0,"ttl_seconds":300}},
      "uptime_seconds":100,"requests":{"total":400,"errors":4,"error_rate":0.01,"recommendations":3000,"per_second":4},
      "recent":{"seconds":50,"requests":100,"errors":2,"error_rate":0.02,"requests_per_second":2},
      "latency_ms":{"p50":1.5,"p90":2,"p95":3,"p99":4,"max":5,"count":90},
      "fallback_rate":0.914,"embeddings":"phobert.npy",
      "faiss":{"index":"ivf: ranking recall@10 0.984","ranking_recall":0.984,"similarity_recall":0.99},
      "settings":{"workers":2,"machine_threads":4,"reranking_enabled":true,"candidate_multiplier":5}})"));
}

TEST(stats, of_a_fresh_service_divide_by_nothing) {
  const auto body = boost::json::parse(render_stats({}).body);
  EXPECT_TRUE(body.at("model_id").is_null());
  EXPECT_TRUE(body.at("embeddings").is_null());
  EXPECT_TRUE(body.at("faiss").is_null());
  EXPECT_EQ(body.at("trainable_percentage"), 0);
  EXPECT_EQ(body.at("requests").at("error_rate"), 0);
  EXPECT_EQ(body.at("recent").at("requests_per_second"), 0);
}

TEST(stats, a_model_of_users_whose_events_are_gone_counts_them_too) {
  const auto body =
      boost::json::parse(render_stats({.total_users = 3, .trainable_users = 5, .cache = {}, .recent = {}}).body);
  EXPECT_EQ(body.at("total_users"), 5);
  EXPECT_EQ(body.at("cold_start_users"), 0);
  EXPECT_EQ(body.at("trainable_percentage"), 100);
}

}  // namespace
}  // namespace freshet::http

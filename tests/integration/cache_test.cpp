// Caches and figures of the running program.
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <sstream>
#include <thread>

#include "tests/support/service_process.hpp"
#include "tests/support/small_shop.hpp"

namespace freshet {
namespace {

using testing::service_process;

/// With a configuration file that warms up a part of the shop.
struct small_shop : testing::small_shop {
  small_shop() {
    std::ofstream(path("warm.yaml")) << "warmup: {num_popular_items: 20, num_user_profiles: 30}\n";
    std::ofstream(path("cold.yaml")) << "warmup: {enabled: false}\n";
  }
};

TEST(caches, are_configured_listed_and_cleared_on_both_surfaces) {
  small_shop shop;
  shop.ingest();
  shop.train();
  service_process service(shop.directory(), {"--config", shop.path("cold.yaml")});
  ASSERT_EQ(service.get("/recommend?user_id=u1").status, 200U);
  ASSERT_EQ(service.get("/recommend?user_id=u1").status, 200U);

  const auto stats = service.get("/cache_stats");
  ASSERT_EQ(stats.status, 200U) << stats.raw.body;
  const auto& caches = stats.body.at("caches");
  EXPECT_EQ(caches.at("user_profile").at("size").as_int64(), 1);
  EXPECT_EQ(caches.at("item_similarity").at("max_size").as_int64(), 5'000);
  EXPECT_EQ(caches.at("fallback").at("ttl_seconds").as_int64(), 1'800);
  EXPECT_EQ(caches.at("response").at("max_size").as_int64(), 10'000);

  const auto configured = service.post("/cache/config?enabled=false&default_ttl=7", "");
  ASSERT_EQ(configured.status, 200U) << configured.raw.body;
  EXPECT_FALSE(configured.body.at("cache_enabled").as_bool());
  EXPECT_EQ(configured.body.at("default_ttl").as_int64(), 7);
  EXPECT_FALSE(service.get("/cache_stats").body.at("enabled").as_bool());
  EXPECT_EQ(service.post("/cache/config?default_ttl=x", "").status, 422U);

  const auto cleared = service.post("/cache/clear", "");
  EXPECT_EQ(cleared.body.at("status").as_string(), "success");
  EXPECT_EQ(cleared.body.at("cleared").at("user_profile").as_int64(), 1);
  EXPECT_EQ(service.get("/cache_stats").body.at("caches").at("user_profile").at("size").as_int64(), 0);
  EXPECT_EQ(service.post("/cache_clear", "").body.at("status").as_string(), "cleared");
  EXPECT_EQ(service.get("/recommend?user_id=u1").status, 200U) << "a cleared cache is filled again";
}

TEST(stats, say_who_is_served_how_fast_and_with_what) {
  small_shop shop;
  shop.ingest();
  shop.train();
  service_process service(shop.directory(), {"--config", shop.path("cold.yaml")});
  for (int i = 0; i < 5; ++i) ASSERT_EQ(service.post("/recommend", R"({"user_id":"u1"})").status, 200U);
  ASSERT_EQ(service.post("/recommend", R"({"user_id":"nobody"})").status, 200U);
  const auto stats = service.get("/stats");
  ASSERT_EQ(stats.status, 200U) << stats.raw.body;
  const auto& body = stats.body;
  const auto model = service.get("/model_info").body;
  EXPECT_EQ(body.at("model_id"), model.at("model_id"));
  EXPECT_EQ(body.at("trainable_users"), model.at("trainable_users"));
  EXPECT_EQ(body.at("total_users").as_int64(),
            body.at("trainable_users").as_int64() + body.at("cold_start_users").as_int64());
  EXPECT_EQ(body.at("num_items").as_int64(), 80);
  EXPECT_EQ(body.at("user_histories_cached").as_int64(), 1) << "somebody unknown is not kept";
  EXPECT_EQ(body.at("latency_ms").at("count").as_int64(), 6);
  EXPECT_GT(body.at("latency_ms").at("p99").to_number<double>(), 0);
  EXPECT_NEAR(body.at("fallback_rate").to_number<double>(), 1.0 / 6, 1e-9);
  EXPECT_EQ(body.at("recent").at("errors").as_int64(), 0) << "probes before the service was ready do not count";
  EXPECT_TRUE(body.at("embeddings").is_null());
}

TEST(caches, are_warmed_up_at_the_start_and_again_on_demand) {
  small_shop shop;
  shop.ingest();
  shop.train();
  service_process service(shop.directory(), {"--config", shop.path("warm.yaml")});
  const auto warm = [&service] { return service.get("/cache_stats").body.at("warmed_up").as_bool(); };
  for (int i = 0; i < 200 && !warm(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  const auto stats = service.get("/cache_stats").body;
  ASSERT_TRUE(stats.at("warmed_up").as_bool());
  EXPECT_EQ(stats.at("precomputed").at("popular_similarities").as_int64(), 20);
  EXPECT_EQ(stats.at("precomputed").at("popular_items_enriched").as_int64(), 20);
  EXPECT_EQ(stats.at("precomputed").at("user_profiles").as_int64(), 30);
  EXPECT_EQ(stats.at("caches").at("item_similarity").at("size").as_int64(), 20);
  EXPECT_EQ(stats.at("caches").at("user_profile").at("size").as_int64(), 30);
  EXPECT_EQ(stats.at("caches").at("item_similarity").at("misses").as_int64(), 0) << "nobody asked yet";
  EXPECT_EQ(service.get("/metrics").body.at("recommendation_count").as_int64(), 0) << "nothing was served yet";
  EXPECT_EQ(service.get("/stats").body.at("popular_items_cached").as_int64(), 20);

  EXPECT_EQ(service.post("/cache_warmup", "").body.at("status").as_string(), "already_warmed");
  const auto forced = service.post("/cache_warmup?force=true", "");
  ASSERT_EQ(forced.status, 200U) << forced.raw.body;
  EXPECT_EQ(forced.body.at("status").as_string(), "warmup_complete");
  EXPECT_EQ(forced.body.at("popular_items").as_int64(), 20);
  EXPECT_GT(forced.body.at("warmup_duration_ms").to_number<double>(), 0);

  service.post("/cache_clear", "");
  EXPECT_FALSE(warm());
  EXPECT_EQ(service.get("/cache_stats").body.at("precomputed").at("popular_items").as_int64(), 0);
  EXPECT_EQ(service.post("/cache_warmup", "").body.at("status").as_string(), "warmup_complete");
  EXPECT_TRUE(warm());
}

TEST(caches, of_similar_items_are_found_by_those_who_ask_after_the_warm_up) {
  small_shop shop;
  shop.ingest();
  shop.train();
  service_process service(shop.directory(), {"--config", shop.path("warm.yaml")});
  ASSERT_EQ(service.post("/cache_warmup?force=true", "").status, 200U);
  const auto hits = [&service](const char* cache) {
    return service.get("/cache_stats").body.at("caches").at(cache).at("hits").as_int64();
  };
  const auto before = hits("item_similarity");
  for (int item = 1; item <= 80; ++item) service.get("/similar-items?k=10&item_id=i" + std::to_string(item));
  EXPECT_EQ(hits("item_similarity") - before, 20);
  const auto fallbacks = hits("fallback");
  ASSERT_EQ(service.post("/recommend", R"({"user_id":"nobody"})").status, 200U);
  EXPECT_EQ(hits("fallback") - fallbacks, 1);
}

TEST(settings, that_are_read_again_on_a_signal_hold_at_once) {
  small_shop shop;
  shop.ingest();
  shop.train();
  std::ofstream(shop.path("live.yaml")) << "reranking: {enabled: true}\n";
  service_process service(shop.directory(), {"--config", shop.path("live.yaml")});
  const auto asked = R"({"user_id":"u1"})";
  const auto is_reranked = [&] {
    const auto answer = service.post("/recommend", asked);
    return answer.body.at("recommendations").at(0).as_object().contains("final_score");
  };
  EXPECT_TRUE(is_reranked());
  EXPECT_TRUE(is_reranked()) << "kept";
  std::ofstream(shop.path("live.yaml")) << "reranking: {enabled: false}\ncache: {response: {max_size: 77, ttl_seconds: "
                                           "5}, user_profile: {ttl_seconds: 9}}\nserver: {idle_deadline_ms: 1234}\n";
  service.process().signal(SIGHUP);
  const auto ttl = [&] {
    return service.get("/cache_stats").body.at("caches").at("response").at("ttl_seconds").as_int64();
  };
  for (int i = 0; i < 200 && (ttl() != 5 || is_reranked()); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  const auto caches = service.get("/cache_stats").body.at("caches");
  EXPECT_EQ(caches.at("response").at("max_size").as_int64(), 77);
  EXPECT_EQ(caches.at("response").at("ttl_seconds").as_int64(), 5);
  EXPECT_EQ(caches.at("user_profile").at("ttl_seconds").as_int64(), 9);
  EXPECT_FALSE(is_reranked()) << "what was kept under other settings is not found any more";
  EXPECT_FALSE(service.get("/model_info").body.at("reranking_enabled").as_bool());
  EXPECT_NE(service.process().errors().find("wait for a restart: server.idle_deadline_ms"), std::string::npos);
}

TEST(logging, names_users_as_configured) {
  small_shop shop;
  shop.ingest();
  shop.train();
  for (const char* how : {"full", "hashed", "none"}) {
    std::ofstream(shop.path("log.yaml")) << "logging: {user_ids: " << how << ", dir: logs-" << how << "}\n";
    service_process service(shop.directory(), {"--config", shop.path("log.yaml")});
    ASSERT_EQ(service.post("/recommend", R"({"user_id":"u17"})").status, 200U);
    ASSERT_EQ(service.stop(), 0);
    std::ostringstream read;
    read << std::ifstream(shop.path("logs-" + std::string(how) + "/service/api.log")).rdbuf();
    const auto lines = read.str();
    EXPECT_NE(lines.find("recommend user_id="), std::string::npos) << how;
    EXPECT_EQ(lines.find("user_id=u17,") != std::string::npos, how == std::string("full"));
    EXPECT_EQ(lines.find("user_id=-,") != std::string::npos, how == std::string("none"));
  }
}

TEST(metrics, have_the_counters_of_every_cache) {
  small_shop shop;
  shop.ingest();
  service_process service(shop.directory());
  const auto text = service.get("/metrics?format=prometheus").raw.body;
  for (const char* cache : {"user_profile", "item_similarity", "fallback", "response"}) {
    for (const char* series : {"hits_total", "misses_total", "evictions_total", "entries"}) {
      const std::string name = std::string("freshet_cache_") + series + "{cache=\"" + cache + "\"}";
      EXPECT_NE(text.find(name), std::string::npos) << name;
    }
  }
}

}  // namespace
}  // namespace freshet

// Hybrid reranking and cold start by the real program.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <optional>
#include <sstream>

#include "tests/support/service_process.hpp"
#include "tests/support/small_shop.hpp"

namespace freshet {
namespace {

using testing::service_process;
using testing::small_shop;

std::vector<std::string> ids(const service_process::answer& answer) {
  std::vector<std::string> found;
  for (const auto& each : answer.body.at("recommendations").as_array()) {
    found.emplace_back(each.at("item_id").as_string());
  }
  return found;
}

/// A shop with a model and the service that serves it.
struct served_shop : ::testing::Test {
  served_shop() {
    shop.ingest();
    shop.train();
    service.emplace(shop.directory());
  }

  void view(const std::string& user, const std::string& item) {
    const auto posted = service->post("/v1/events?wait=visible", R"({"user_id":")" + user + R"(","item_id":")" + item +
                                                                     R"(","event_type":"view","ts":1700000000})");
    ASSERT_EQ(posted.status, 202U) << posted.raw.body;
  }

  small_shop shop;
  std::optional<service_process> service;
};

std::vector<std::string> lines_of(const std::string& path) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

TEST(hybrid, is_measured_against_the_model_alone) {
  small_shop shop;
  shop.ingest();
  shop.train();
  const auto shown = shop.run({"evaluate-hybrid", "--model-dir", "artifacts", "--db", "db", "--num-users", "50",
                               "--topk", "5", "10", "--output", "reports/hybrid.csv"});
  EXPECT_NE(shown.output.find("als: 50 users"), std::string::npos) << shown.output;
  EXPECT_NE(shown.output.find("ndcg@10"), std::string::npos) << shown.output;
  const auto lines = lines_of(shop.path("reports/hybrid.csv"));
  ASSERT_EQ(lines.size(), 5U);
  EXPECT_EQ(lines[0], "method,k,recall,ndcg,mrr,hit_rate");
  EXPECT_EQ(lines[1].substr(0, 6), "als,5,");
  EXPECT_EQ(lines[4].substr(0, 14), "als+hybrid,10,");
  const auto again =
      shop.run({"evaluate-hybrid", "--model", "als", "--db", "db", "--num-users", "50", "--topk", "5", "10"});
  EXPECT_EQ(again.output, shown.output) << "same seed, same figures";
}

TEST_F(served_shop, reranks_a_trained_user_and_shows_why) {
  const auto answer = service->post("/recommend", R"({"user_id":"u1","topk":10})");
  ASSERT_EQ(answer.status, 200U) << answer.raw.body;
  EXPECT_FALSE(answer.body.at("is_fallback").as_bool());
  const auto range = service->get("/model_info").body.at("score_range");
  const double low = range.at("p01").to_number<double>(), high = range.at("p99").to_number<double>();
  double before = 2;
  for (const auto& each : answer.body.at("recommendations").as_array()) {
    const auto& n = each.at("signals_normalized");
    const auto value = [&](const char* name) { return n.at(name).to_number<double>(); };
    const double sum = .3 * value("cf") + .4 * value("content") + .2 * value("popularity") + .1 * value("quality");
    const double final_score = each.at("final_score").to_number<double>();
    EXPECT_LE(final_score, sum + 1e-5) << "a penalty at most";
    EXPECT_GE(final_score, .9 * sum - 1e-5);
    EXPECT_EQ(each.at("score"), each.at("final_score"));
    EXPECT_LE(final_score, before);
    before = final_score;
    const double cf = each.at("cf_score").to_number<double>();
    EXPECT_NEAR(value("cf"), (std::clamp(cf, low, high) - low) / (high - low), 1e-4);
    EXPECT_NEAR(each.at("signals").at("popularity").to_number<double>(),
                std::log1p(each.at("num_sold_time").to_number<double>()), 1e-4);
    EXPECT_NEAR(each.at("signals").at("quality").to_number<double>(), each.at("avg_star").to_number<double>(), 1e-4);
  }
  EXPECT_TRUE(service->get("/model_info").body.at("reranking_enabled").as_bool());

  const auto plain = service->post("/recommend?rerank=false", R"({"user_id":"u1","topk":10})");
  EXPECT_FALSE(plain.body.at("recommendations").at(0).as_object().contains("signals"));
  EXPECT_EQ(ids(plain), ids(service->post("/v1/recommend", R"({"user_id":"u1","k":10})")));
  const auto by_quality = service->post("/recommend", R"({"user_id":"u1","topk":5,
      "rerank_weights":{"cf":0,"content":0,"popularity":0,"quality":1}})");
  double stars = 5;
  for (const auto& each : by_quality.body.at("recommendations").as_array()) {
    const double quality = each.at("signals").at("quality").to_number<double>();
    EXPECT_LE(quality, stars * 1.12) << "by quality, less the penalty";
    stars = quality;
  }
}

TEST_F(served_shop, answers_a_cold_user_by_content_and_popularity) {
  const auto stranger = service->post("/recommend", R"({"user_id":"newcomer","topk":5})");
  EXPECT_EQ(stranger.body.at("fallback_method").as_string(), "popularity");
  view("newcomer", "i3");
  const auto cold = service->post("/recommend", R"({"user_id":"newcomer","topk":5})");
  ASSERT_EQ(cold.status, 200U) << cold.raw.body;
  EXPECT_TRUE(cold.body.at("is_fallback").as_bool());
  EXPECT_EQ(cold.body.at("fallback_method").as_string(), "hybrid");
  ASSERT_EQ(ids(cold).size(), 5U);
  for (const auto& id : ids(cold)) EXPECT_NE(id, "i3") << "seen";
  EXPECT_TRUE(cold.body.at("recommendations").at(0).at("cf_score").is_null());
  EXPECT_GT(cold.body.at("recommendations").at(0).at("signals").at("content").to_number<double>(), 0);
  const auto folded_in = service->post("/v1/recommend", R"({"user_id":"newcomer","k":5})");
  EXPECT_FALSE(folded_in.body.at("is_fallback").as_bool()) << "the model itself answers from the first event on";

  view("newcomer", "i4");
  EXPECT_FALSE(service->post("/recommend", R"({"user_id":"newcomer"})").body.at("is_fallback").as_bool())
      << "trainable with two";
}

TEST_F(served_shop, varies_and_explains) {
  const auto lite = service->get("/recommend?user_id=u1&k=5&rerank=true&rerank_strategy=diversity");
  ASSERT_EQ(lite.status, 200U) << lite.raw.body;
  EXPECT_EQ(lite.body.at("filter_info").at("reranking").at("strategy").as_string(), "diversity");
  double before = 2;
  for (const auto& each : lite.body.at("recommendations").as_array()) {
    EXPECT_FALSE(each.at("explanation").as_string().empty());
    EXPECT_LE(each.at("score").to_number<double>(), before);
    before = each.at("score").to_number<double>();
  }
  EXPECT_TRUE(service->get("/recommend?user_id=u1&k=5").body.at("recommendations").at(0).at("explanation").is_null());
  EXPECT_EQ(service->get("/similar-items?item_id=i3&k=5&rerank=true").status, 200U);

  const auto plain = service->post("/v1/recommend", R"({"user_id":"u1","k":10})");
  EXPECT_EQ(ids(service->post("/v1/recommend", R"({"user_id":"u1","k":10,"diversity":0})")), ids(plain));
  const auto varied = ids(service->post("/v1/recommend", R"({"user_id":"u1","k":10,"diversity":0.9})"));
  EXPECT_EQ(varied[0], ids(plain)[0]);
  EXPECT_NE(varied, ids(plain));

  const auto explained = service->post("/v1/recommend", R"({"user_id":"u1","k":3,"explain":true})");
  ASSERT_EQ(explained.status, 200U) << explained.raw.body;
  const auto& first = explained.body.at("recommendations").at(0);
  ASSERT_FALSE(first.at("because").as_array().empty());
  const std::string item(first.at("item_id").as_string());
  const auto because = service->get("/v1/users/u1/because/" + item);
  ASSERT_EQ(because.status, 200U) << because.raw.body;
  EXPECT_EQ(because.body.at("because").at(0), first.at("because").at(0)) << "the strongest first";
  EXPECT_NEAR(because.body.at("score").to_number<double>(), first.at("score").to_number<double>(), 1e-5);
  EXPECT_EQ(service->get("/v1/users/nobody/because/" + item).status, 404U);
  EXPECT_EQ(service->get("/v1/users/u1/because/nothing").status, 404U);
}

}  // namespace
}  // namespace freshet

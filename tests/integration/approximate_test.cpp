// use_faiss by the real program: what an index answers beside the exact scan, and what operators see of it.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <optional>
#include <thread>

#include "tests/support/service_process.hpp"
#include "tests/support/small_shop.hpp"

namespace freshet {
namespace {

using testing::service_process;
using testing::small_shop;

struct indexed_shop : ::testing::TestWithParam<std::string> {
  indexed_shop() {
    shop.ingest();
    shop.train();
    std::ofstream(shop.path("faiss.yaml"))
        << "faiss: {index: " << GetParam() << ", nlist: 8, nprobe: 1, hnsw_m: 2, hnsw_ef: 10}\n";
    service.emplace(shop.directory(), std::vector<std::string>{"--config", shop.path("faiss.yaml")});
  }

  using scored = std::vector<std::pair<std::string, double>>;
  scored list(const std::string& target) {
    const auto answer = service->get(target + "&use_cache=false");
    EXPECT_EQ(answer.status, 200U) << target << ": " << answer.raw.body;
    scored found;
    for (const auto& each : answer.body.at("recommendations").as_array()) {
      found.emplace_back(each.at("item_id").as_string(), each.at("score").to_number<double>());
    }
    return found;
  }

  small_shop shop;
  std::optional<service_process> service;
};

TEST_P(indexed_shop, answers_items_with_their_exact_scores_though_not_always_the_best) {
  std::size_t missed = 0;
  for (int user = 1; user <= 40; ++user) {
    const auto front = "/recommend?user_id=u" + std::to_string(user) + "&exclude_seen=false";
    const auto exact = list(front + "&k=50&use_faiss=false");
    const std::map<std::string, double> scores(exact.begin(), exact.end());
    const auto near = list(front + "&k=5&use_faiss=true");
    ASSERT_EQ(near.size(), 5U);
    EXPECT_EQ(near, list(front + "&k=5")) << "true is the default";
    EXPECT_TRUE(std::ranges::is_sorted(near, std::greater<>(), &scored::value_type::second));
    for (std::size_t place = 0; place < near.size(); ++place) {
      const auto score = scores.find(near[place].first);
      if (score == scores.end()) continue;  // beyond the 50 best
      EXPECT_EQ(near[place].second, score->second) << near[place].first;
    }
    if (near != scored(exact.begin(), exact.begin() + 5)) ++missed;
  }
  EXPECT_GT(missed, 0U) << "nothing shows that an index answered";
}

TEST_P(indexed_shop, keeps_to_conditions_and_to_what_was_seen) {
  for (int user = 1; user <= 20; ++user) {
    const auto front = "/recommend?user_id=u" + std::to_string(user) + "&min_price=5&max_price=30";
    const auto all = list(front + "&k=50&use_faiss=false");
    const auto near = list(front + "&k=8&use_faiss=true");
    EXPECT_EQ(near.size(), std::min<std::size_t>(8, all.size()));
    for (const auto& each : near) EXPECT_NE(std::ranges::find(all, each), all.end()) << each.first;
  }
}

TEST_P(indexed_shop, finds_likeness_by_an_index_too) {
  for (const char* item : {"i1", "i2", "i3"}) {
    const auto front = std::string("/similar-items?item_id=") + item;
    const auto exact = list(front + "&k=50&use_faiss=false");
    const auto near = list(front + "&k=5");
    EXPECT_EQ(near.size(), 5U);
    for (const auto& each : near) EXPECT_NE(each.first, item);
    EXPECT_GE(exact.front().second, near.front().second);
  }
}

TEST_P(indexed_shop, offers_items_that_came_after_the_index) {
  const auto posted = service->post("/v1/items", R"({"item_id":"fresh","title":"Large Red Chopping Board",)"
                                                 R"("category":"Kitchen","description":"Made of copper","price":9})");
  ASSERT_LT(posted.status, 300U) << posted.raw.body;
  scored found;
  for (int attempt = 0; attempt < 100 && found.empty(); ++attempt) {
    found = list("/recommend?user_id=u1&include_items=fresh&use_faiss=true");
    if (found.empty()) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found.front().first, "fresh");
}

TEST_P(indexed_shop, shows_the_recall_that_was_measured_at_load) {
  const auto ready = service->get("/readyz?verbose").raw.body;
  EXPECT_NE(ready.find(GetParam() + " built in"), std::string::npos) << ready;
  const auto metrics = service->get("/metrics?format=prometheus").raw.body;
  const std::string series = "freshet_approximate_recall{list=\"ranking\"} ";
  const auto place = metrics.find(series);
  ASSERT_NE(place, std::string::npos);
  const double recall = std::stod(metrics.substr(place + series.size()));
  EXPECT_GT(recall, 0);
  EXPECT_LT(recall, 1);
  const auto faiss = service->get("/stats").body.at("faiss");
  EXPECT_EQ(faiss.at("ranking_recall").to_number<double>(), recall);
  EXPECT_GT(faiss.at("similarity_recall").to_number<double>(), 0);
  EXPECT_TRUE(faiss.at("index").as_string().starts_with(GetParam())) << faiss;
}

INSTANTIATE_TEST_SUITE_P(kind, indexed_shop, ::testing::Values("ivf", "hnsw"),
                         [](const auto& each) { return each.param; });

}  // namespace
}  // namespace freshet

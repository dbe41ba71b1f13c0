// Every model family from files to answers by the real program: trained, registered, served, and shaped by an event.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <set>
#include <thread>

#include "core/base/random.hpp"
#include "io/files/npy.hpp"
#include "tests/support/service_process.hpp"
#include "tests/support/small_shop.hpp"

namespace freshet::testing {
namespace {

using ids = std::vector<std::string>;

ids ids_of(const service_process::answer& answer) {
  ids found;
  if (answer.status != 200) return found;
  for (const auto& each : answer.body.at("recommendations").as_array()) {
    found.emplace_back(each.at("item_id").as_string());
  }
  return found;
}

struct family {
  const char* name;
  const char* params;
  /// Further flags of train.
  ids flags = {};
};

void PrintTo(const family& one, std::ostream* out) {
  *out << one.name;
}

/// Vectors of the shop's items for bert_als.
void write_embeddings(const small_shop& shop) {
  random_source random(3);
  matrix<float> vectors(80, 12);
  for (auto& value : vectors.values()) value = static_cast<float>(random.normal());
  ASSERT_TRUE(write_npy(shop.path("bert.npy"), vectors.view()));
  std::ofstream names(shop.path("bert_ids.json"));
  for (int i = 1; i <= 80; ++i) names << (i == 1 ? "[" : ",") << "\"i" << i << "\"";
  names << "]";
}

TEST(content_of_a_service, is_named_where_it_says_that_it_is_ready) {
  const auto said = [](const small_shop& shop, const std::vector<std::string>& flags) {
    service_process service(shop.directory(), flags);
    return service.get("/readyz?verbose").raw.body;
  };
  small_shop shop;
  shop.ingest();
  shop.train();
  EXPECT_NE(said(shop, {}).find("from the words of the items"), std::string::npos);
  write_embeddings(shop);
  std::ofstream(shop.path("content.yaml")) << "content:\n  embeddings: " << shop.path("bert.npy") << '\n';
  EXPECT_NE(said(shop, {"--config", shop.path("content.yaml")}).find("bert.npy"), std::string::npos);
}

class model_family_in_service : public ::testing::TestWithParam<family> {
 protected:
  void SetUp() override {
    shop.ingest();
    write_embeddings(shop);
    ids arguments{"train",      GetParam().name, "--db",           shop.path("db"), "--output", shop.path("artifacts"),
                  "--register", "--params",      GetParam().params};
    arguments.insert(arguments.end(), GetParam().flags.begin(), GetParam().flags.end());
    shop.run(arguments);
    service = std::make_unique<service_process>(shop.directory());
  }
  std::set<std::string> seen_by(const std::string& user) {
    std::set<std::string> seen;
    const auto history = service->get("/v1/users/" + user + "/events?limit=1000");
    for (const auto& each : history.body.at("events").as_array()) seen.emplace(each.at("item_id").as_string());
    return seen;
  }
  ids ask(const std::string& body) { return ids_of(service->post("/v1/recommend", body)); }

  small_shop shop;
  std::unique_ptr<service_process> service;
};

TEST_P(model_family_in_service, answers_people_by_what_they_did) {
  EXPECT_EQ(service->get("/model_info").body.at("model_type").as_string(), GetParam().name);
  std::set<ids> lists;
  for (const std::string user : {"u1", "u2", "u3", "u4"}) {
    const auto list = ids_of(service->get("/recommend?user_id=" + user + "&k=10"));
    EXPECT_EQ(list.size(), 10U) << user;
    const auto seen = seen_by(user);
    for (const auto& item : list) EXPECT_FALSE(seen.contains(item)) << user << " has seen " << item;
    lists.insert(list);
  }
  EXPECT_GT(lists.size(), 2U) << "people differ";
}

TEST_P(model_family_in_service, takes_an_event_of_a_stranger_into_account_at_once) {
  const auto before = ask(R"({"user_id":"stranger","k":5})");
  ASSERT_EQ(before.size(), 5U);
  const auto posted = service->post("/v1/events?wait=visible",
                                    R"({"user_id":"stranger","item_id":")" + before[0] + R"(","ts":1750000000})");
  ASSERT_EQ(posted.status, 202U) << posted.raw.body;
  const auto after = ask(R"({"user_id":"stranger","k":5})");
  EXPECT_NE(after, before);
  EXPECT_EQ(std::count(after.begin(), after.end(), before[0]), 0);
  EXPECT_EQ(ask(R"({"history":[{"item_id":")" + before[0] + R"("}],"k":5})"), after) << "as an anonymous basket";
}

TEST_P(model_family_in_service, names_items_like_another) {
  const auto answer = service->get("/similar-items?item_id=i1&k=5");
  ASSERT_EQ(answer.status, 200U) << answer.raw.body;
  const auto similar = ids_of(answer);
  EXPECT_EQ(similar.size(), 5U);
  EXPECT_EQ(std::count(similar.begin(), similar.end(), "i1"), 0);
}

TEST_P(model_family_in_service, recommends_an_item_that_came_after_the_training_until_it_is_hidden) {
  // The same words as an item of the shop, so that the content says where it belongs.
  const auto put = [&](const std::string& more) {
    const auto answer = service->post(
        "/v1/items",
        R"({"item_id":"new","title":"Vintage White Mixing Bowl","category":"Kitchen","price":3)" + more + "}");
    ASSERT_EQ(answer.status, 200U) << answer.raw.body;
  };
  const auto only_new = [&] { return ask(R"({"user_id":"u1","k":5,"include_items":["new"]})"); };
  EXPECT_TRUE(only_new().empty());
  put("");
  EXPECT_EQ(service->get("/similar-items?item_id=new").status, 200U) << "also before it has a row";
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (only_new().empty() && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  EXPECT_EQ(only_new(), ids{"new"});
  EXPECT_EQ(ask(R"({"user_id":"u1","k":5,"filter":"price = 3"})"), ids{"new"});
  EXPECT_EQ(ids_of(service->get("/similar-items?item_id=new&k=5")).size(), 5U);
  put(R"(,"hidden":true)");
  EXPECT_TRUE(only_new().empty()) << "from the next answer on";
  put("");
  EXPECT_EQ(only_new(), ids{"new"});
  service->post("/v1/events?wait=visible", R"({"user_id":"u1","item_id":"new","ts":1750000000})");
  EXPECT_TRUE(only_new().empty()) << "it was seen";
}

INSTANTIATE_TEST_SUITE_P(
    of, model_family_in_service,
    ::testing::Values(family{"als", R"({"factors": 16, "regularization": 5})"},
                      family{"bert_als", R"({"factors": 8, "regularization": 5})", {"--embeddings", "bert.npy"}},
                      family{"bpr", R"({"factors": 16, "iterations": 20})"},
                      family{"item2vec", R"({"vector_size": 16, "epochs": 20})"},
                      family{"lightfm", R"({"no_components": 16, "epochs": 10})", {"--use-item-features"}},
                      family{"gru4rec", R"({"hidden_size": 16, "epochs": 3})"}, family{"ease", R"({"lambda": 50})"}),
    [](const auto& one) { return std::string(one.param.name); });

}  // namespace
}  // namespace freshet::testing

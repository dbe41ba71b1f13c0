// The main path through the real program: files in, a model trained, answers out, an event that changes them.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

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

std::string event_of(const std::string& user, const std::string& item, const std::string& more = "") {
  return R"({"user_id":")" + user + R"(","item_id":")" + item + R"(","ts":1700000000)" + more + "}";
}

TEST(service, without_a_model_says_so_and_serves_what_is_popular) {
  small_shop shop;
  shop.ingest();
  service_process service(shop.directory());
  const auto health = service.get("/health");
  EXPECT_EQ(health.status, 503U);
  EXPECT_EQ(health.body.at("detail").as_string(), "Service not initialized");
  EXPECT_EQ(service.get("/recommend?user_id=anyone").status, 503U);
  const auto popular = service.post("/v1/recommend", R"({"user_id":"nobody","k":5})");
  ASSERT_EQ(popular.status, 200U) << popular.raw.body;
  EXPECT_EQ(ids(popular).size(), 5U);
  EXPECT_EQ(service.stop(), 0);
}

TEST(service, answers_a_trained_user_on_every_surface_without_what_was_seen) {
  small_shop shop;
  shop.ingest();
  shop.train();
  service_process service(shop.directory());
  const auto health = service.get("/health");
  EXPECT_EQ(health.status, 200U);
  EXPECT_GT(health.body.at("num_items").as_int64(), 0);

  const auto history = service.get("/v1/users/u1/events?limit=1000");
  ASSERT_EQ(history.status, 200U) << history.raw.body;
  std::set<std::string> seen;
  for (const auto& each : history.body.at("events").as_array()) seen.emplace(each.at("item_id").as_string());
  ASSERT_FALSE(seen.empty());

  const auto lite = service.get("/recommend?user_id=u1&k=10");
  const auto guide = service.post("/recommend", R"({"user_id":"u1","topk":10})");
  const auto v1 = service.post("/v1/recommend", R"({"user_id":"u1","k":10})");
  ASSERT_EQ(lite.status, 200U) << lite.raw.body;
  ASSERT_EQ(guide.status, 200U) << guide.raw.body;
  ASSERT_EQ(v1.status, 200U) << v1.raw.body;
  EXPECT_EQ(ids(lite).size(), 10U);
  EXPECT_EQ(ids(lite), ids(v1));
  EXPECT_EQ(guide.body.at("count").as_int64(), 10);
  EXPECT_EQ(guide.body.at("user_id").as_string(), "u1");
  for (const auto& id : ids(lite)) EXPECT_FALSE(seen.contains(id)) << id << " was seen";
  EXPECT_EQ(service.get("/recommend?user_id=who").status, 404U);
  EXPECT_TRUE(service.post("/recommend", R"({"user_id":"who"})").body.at("is_fallback").as_bool());
}

TEST(service, an_event_shapes_the_next_answer) {
  small_shop shop;
  shop.ingest();
  shop.train();
  service_process service(shop.directory());
  const auto before = ids(service.post("/v1/recommend", R"({"user_id":"newcomer","k":5})"));
  const auto posted = service.post("/v1/events?wait=visible", event_of("newcomer", before[0]));
  ASSERT_EQ(posted.status, 202U) << posted.raw.body;
  EXPECT_EQ(posted.body.at("accepted").as_int64(), 1);
  EXPECT_EQ(posted.body.at("duplicates").as_int64(), 0);
  const auto answer = service.get("/recommend?user_id=newcomer&k=5");
  ASSERT_EQ(answer.status, 200U) << answer.raw.body;
  const auto after = ids(answer);
  EXPECT_EQ(std::count(after.begin(), after.end(), before[0]), 0) << "bought, so not again";
  EXPECT_NE(after, before);
  // The same as an anonymous basket of that item.
  const auto basket = service.post("/v1/recommend", R"({"history":[{"item_id":")" + before[0] + R"("}],"k":5})");
  EXPECT_EQ(ids(basket), after);
}

TEST(service, an_event_that_comes_twice_counts_once) {
  small_shop shop;
  shop.ingest();
  service_process service(shop.directory());
  const auto once = event_of("ada", "1", R"(,"event_id":"order-1")");
  service.post("/v1/events?wait=visible", once);
  const auto again = service.post("/v1/events?wait=visible", "[" + once + "," + event_of("ada", "2") + ",{\"x\":1}]");
  EXPECT_EQ(again.body.at("accepted").as_int64(), 1) << again.raw.body;
  EXPECT_EQ(again.body.at("duplicates").as_int64(), 1);
  ASSERT_EQ(again.body.at("rejected").as_array().size(), 1U);
  EXPECT_EQ(again.body.at("rejected").at(0).at("index").as_int64(), 2);
  EXPECT_EQ(service.get("/v1/users/ada/events").body.at("events").as_array().size(), 2U);
}

TEST(service, takes_files_from_the_command_line_while_it_owns_the_database) {
  small_shop shop;
  service_process service(shop.directory());
  shop.ingest();
  const auto counts = shop.run({"inspect", "--db", shop.path("db"), "--json"});
  EXPECT_EQ(boost::json::parse(counts.output).at("events").as_int64(), small_shop::events);
  shop.ingest();
  const auto same = shop.run({"inspect", "--db", shop.path("db"), "--json"});
  EXPECT_EQ(boost::json::parse(same.output).at("events").as_int64(), small_shop::events) << "the same file twice";
}

TEST(service, swaps_to_a_new_model_and_refuses_a_damaged_one) {
  small_shop shop;
  shop.ingest();
  shop.train();
  service_process service(shop.directory());
  const auto first = service.get("/model_info").body.at("model_id");
  EXPECT_EQ(service.post("/reload_model", "").body.at("status").as_string(), "no_update");

  shop.train("als", "43");
  const auto reloaded = service.post("/reload_model", "");
  ASSERT_EQ(reloaded.status, 200U) << reloaded.raw.body;
  EXPECT_EQ(reloaded.body.at("previous_model_id"), first);
  const auto second = service.get("/model_info").body.at("model_id");
  EXPECT_NE(second, first);

  shop.train("als", "44");
  for (const auto& file : std::filesystem::recursive_directory_iterator(shop.path("artifacts"))) {
    if (file.path().filename() != "als_V.npy") continue;
    const auto directory = file.path().parent_path().filename().string();
    if (first.as_string().ends_with(directory) || second.as_string().ends_with(directory)) continue;
    std::filesystem::resize_file(file.path(), std::filesystem::file_size(file.path()) / 2);
  }
  const auto refused = service.post("/reload_model", "");
  EXPECT_EQ(refused.status, 500U);
  EXPECT_NE(refused.raw.body.find("als_V.npy"), std::string::npos) << refused.raw.body;
  EXPECT_EQ(service.get("/model_info").body.at("model_id"), second);
  EXPECT_EQ(service.get("/recommend?user_id=u1").status, 200U) << "the old one serves on";
}

TEST(service, tells_how_it_is) {
  small_shop shop;
  service_process service(shop.directory());
  EXPECT_EQ(service.get("/livez").status, 200U);
  const auto ready = service.get("/readyz?verbose");
  EXPECT_EQ(ready.status, 200U);
  EXPECT_NE(ready.raw.body.find("ingestion"), std::string::npos);
  EXPECT_GE(service.get("/metrics").body.at("request_count").as_int64(), 2);
  const auto exposition = service.get("/metrics?format=prometheus");
  EXPECT_EQ(exposition.raw.content_type, "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_NE(exposition.raw.body.find("freshet_http_requests_total"), std::string::npos);
}

}  // namespace
}  // namespace freshet

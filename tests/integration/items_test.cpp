// Items, users and what is popular, through the real program: a change shows in the next answer and outlives a kill.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <set>
#include <thread>

#include "io/files/atomic_file.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/service_process.hpp"
#include "tests/support/small_shop.hpp"

namespace freshet {
namespace {

using testing::eventually;
using testing::service_process;
using testing::small_shop;

std::vector<std::string> ids(const service_process::answer& answer, const char* list = "recommendations") {
  std::vector<std::string> found;
  EXPECT_EQ(answer.status, 200U) << answer.raw.body;
  if (answer.status != 200) return found;
  for (const auto& each : answer.body.at(list).as_array()) found.emplace_back(each.at("item_id").as_string());
  return found;
}

std::string event_of(const std::string& user, const std::string& item, const std::string& more = "") {
  return R"({"user_id":")" + user + R"(","item_id":")" + item + R"(","ts":1700000000)" + more + "}";
}

TEST(live_items, are_put_patched_shown_and_deleted) {
  const testing::temporary_directory directory;
  service_process service(directory.path());
  EXPECT_EQ(service.get("/v1/items/a%2Fb").status, 404U);
  const auto made = service.put("/v1/items/a%2Fb", R"({"title":"Lamp","price":9.5,"color":"red"})");
  EXPECT_EQ(made.status, 201U) << made.raw.body;
  EXPECT_EQ(service.get("/v1/items/a%2Fb").body, made.body);
  EXPECT_EQ(made.body.at("item_id"), "a/b");
  EXPECT_EQ(service.put("/v1/items/a%2Fb", R"({"title":"Old lamp","price":8})").status, 200U);
  EXPECT_EQ(service.patch("/v1/items/a%2Fb", R"({"title":null,"size":"XL"})").body,
            boost::json::parse(R"({"item_id":"a/b","price":8,"size":"XL"})"));
  EXPECT_EQ(service.put("/v1/items/a%2Fb", R"({"item_id":"other"})").status, 400U);
  EXPECT_EQ(service.put("/v1/items/a%2Fb", R"({"available_from":"soon"})").status, 400U);
  EXPECT_EQ(service.remove("/v1/items/a%2Fb").status, 204U);
  EXPECT_EQ(service.get("/v1/items/a%2Fb").status, 404U);
  EXPECT_EQ(service.remove("/v1/items/never").status, 404U);
  const auto refused = service.post("/v1/items/a%2Fb", "{}");
  EXPECT_EQ(refused.status, 405U);
}

TEST(live_items, are_what_they_were_after_a_kill) {
  const testing::temporary_directory directory;
  {
    service_process service(directory.path());
    EXPECT_EQ(service.put("/v1/items/kept", R"({"title":"Kept"})").status, 201U);
    EXPECT_EQ(service.put("/v1/items/gone", R"({"title":"Gone"})").status, 201U);
    EXPECT_EQ(service.remove("/v1/items/gone").status, 204U);
    service.kill();
  }
  service_process service(directory.path());
  EXPECT_EQ(service.get("/v1/items/kept").body.at("title"), "Kept");
  EXPECT_EQ(service.get("/v1/items/gone").status, 404U);
  EXPECT_EQ(service.post("/v1/events?wait=visible", event_of("ada", "gone")).status, 202U);
  EXPECT_EQ(service.get("/v1/items/gone").status, 404U) << "a late event brings nobody back";
  EXPECT_EQ(service.put("/v1/items/gone", R"({"title":"Back"})").status, 201U);
  EXPECT_EQ(service.get("/v1/items/gone").body.at("title"), "Back");
}

/// Which answers hold an item; a user who was trained, one whom nobody knows, an item like it, the whole shop.
std::set<std::string> answers_with(service_process& service, const std::string& id, const std::string& another) {
  std::set<std::string> found;
  const auto look = [&](const char* name, const std::vector<std::string>& list) {
    EXPECT_FALSE(list.empty()) << name;
    if (std::find(list.begin(), list.end(), id) != list.end()) found.insert(name);
  };
  look("runbook", ids(service.get("/recommend?user_id=u1&k=50&use_cache=true")));
  look("guide", ids(service.post("/recommend", R"({"user_id":"u1","topk":50})")));
  look("v1", ids(service.post("/v1/recommend", R"({"user_id":"u1","k":80})")));
  look("stranger", ids(service.post("/v1/recommend", R"({"user_id":"nobody","k":80})")));
  look("similar", ids(service.get("/v1/items/" + another + "/similar?k=80"), "similar_items"));
  look("popular", ids(service.get("/v1/popular?window=all&k=1000"), "items"));
  return found;
}

TEST(live_items, are_in_no_answer_while_they_are_deleted_hidden_or_out_of_season) {
  small_shop shop;
  shop.ingest();
  shop.train();
  service_process service(shop.directory());
  const auto best = ids(service.post("/v1/recommend", R"({"user_id":"u1","k":2})"));
  ASSERT_EQ(best.size(), 2U);
  const auto& id = best[0];
  const auto& another = best[1];
  const std::string path = "/v1/items/" + id;
  const std::set<std::string> nowhere;
  const auto everywhere = answers_with(service, id, another);
  EXPECT_EQ(everywhere.size(), 6U);
  const auto metadata = service.get(path).raw.body;

  EXPECT_EQ(service.remove(path).status, 204U);
  EXPECT_EQ(answers_with(service, id, another), nowhere) << "deleted";
  EXPECT_EQ(service.get(path + "/similar").status, 404U);
  EXPECT_EQ(service.put(path, metadata).status, 201U);
  EXPECT_EQ(answers_with(service, id, another), everywhere) << "put again";

  const std::pair<const char*, const char*> limits[] = {
      {R"({"hidden":true})", R"({"hidden":null})"},
      {R"({"available_from":"2999-01-01T00:00:00Z"})", R"({"available_from":1000000000})"},
      {R"({"available_until":1500000000})", R"({"available_until":null})"},
  };
  for (const auto& [limit, lift] : limits) {
    EXPECT_EQ(service.patch(path, limit).status, 200U) << limit;
    EXPECT_EQ(answers_with(service, id, another), nowhere) << limit;
    EXPECT_EQ(service.patch(path, lift).status, 200U) << lift;
    EXPECT_EQ(answers_with(service, id, another), everywhere) << lift;
  }
}

TEST(live_items, are_counted_by_what_is_popular_and_trending) {
  const testing::temporary_directory directory;
  service_process service(directory.path());
  EXPECT_TRUE(ids(service.get("/v1/popular"), "items").empty());
  service.put("/v1/items/lamp", R"({"title":"Lamp","color":"red"})");
  service.put("/v1/items/chair", R"({"color":"blue"})");
  const auto old = R"({"user_id":"u","item_id":"table","ts":1690000000})";
  EXPECT_EQ(service
                .post("/v1/events?wait=visible", "[" + event_of("ada", "lamp") + "," + event_of("bob", "lamp") + "," +
                                                     event_of("bob", "chair") + "," + old + "]")
                .status,
            202U);
  using strings = std::vector<std::string>;
  const auto day = service.get("/v1/popular?window=24h");
  EXPECT_EQ(ids(day, "items"), (strings{"lamp", "chair"}));
  EXPECT_EQ(day.body.at("items").at(0).at("events"), 2);
  EXPECT_EQ(day.body.at("items").at(0).at("title"), "Lamp");
  EXPECT_EQ(day.body.at("to"), 1'700'000'000);
  EXPECT_EQ(ids(service.get("/v1/popular?window=all"), "items"), (strings{"lamp", "chair", "table"}));
  EXPECT_EQ(ids(service.get("/v1/popular?filter=color%20%3D%20%22blue%22"), "items"), (strings{"chair"}));
  EXPECT_EQ(service.get("/v1/popular?filter=color%20%3D").status, 400U);
  EXPECT_EQ(service.get("/v1/popular?window=week").status, 422U);
  EXPECT_EQ(ids(service.get("/v1/trending"), "items").front(), "lamp");

  EXPECT_EQ(service.patch("/v1/items/lamp", R"({"hidden":true})").status, 200U);
  EXPECT_EQ(ids(service.get("/v1/popular"), "items"), (strings{"chair"}));
  EXPECT_EQ(service.remove("/v1/items/chair").status, 204U);
  EXPECT_TRUE(ids(service.get("/v1/popular"), "items").empty());

  service.patch("/v1/items/lamp", R"({"hidden":null})");
  EXPECT_EQ(service.stop(), 0);
  service_process again(directory.path());
  EXPECT_EQ(ids(again.get("/v1/popular?window=all"), "items"), (strings{"lamp", "table"})) << "counted anew";
}

TEST(users, are_shown_and_exported_by_http_and_by_the_command_line) {
  small_shop shop;
  shop.ingest();
  shop.train();
  const auto export_by_command = [&](const std::string& file) {
    return shop.run({"gdpr", "export-user", "--user-id", "u1", "--db", shop.path("db"), "--output", shop.path(file)});
  };
  const auto events_in = [&](const std::string& file) {
    return boost::json::parse(*read_file(shop.path(file))).at("events");
  };
  export_by_command("exports/before.json");
  service_process service(shop.directory());
  const auto state = service.get("/v1/users/u1");
  ASSERT_EQ(state.status, 200U) << state.raw.body;
  EXPECT_TRUE(state.body.at("trained").as_bool());
  EXPECT_FALSE(state.body.at("cold").as_bool());
  EXPECT_EQ(service.get("/v1/users/nobody").status, 404U);

  const auto exported = service.get("/v1/users/u1/export");
  ASSERT_EQ(exported.status, 200U) << exported.raw.body;
  EXPECT_EQ(exported.body.at("events").as_array().size(), static_cast<std::size_t>(state.body.at("events").as_int64()));
  EXPECT_EQ(exported.body.at("events"), events_in("exports/before.json"));
  EXPECT_FALSE(exported.body.at("items").as_array().empty());
  EXPECT_EQ(service.get("/v1/users/nobody/export").status, 404U);

  service.post("/v1/events?wait=visible", event_of("u1", "1"));
  export_by_command("exports/beside.json");
  EXPECT_EQ(events_in("exports/beside.json").as_array().size(), exported.body.at("events").as_array().size() + 1)
      << "asked of the service that owns the database";
  EXPECT_EQ(service.stop(), 0);

  const auto audit = *read_file(shop.path("logs/gdpr.log"));
  EXPECT_EQ(std::count(audit.begin(), audit.end(), '\n'), 4) << audit;
  EXPECT_NE(audit.find(" - DATA_EXPORT - user_id=u1 - success\n"), std::string::npos);
  EXPECT_NE(audit.find(" - DATA_EXPORT - user_id=nobody - failure: "), std::string::npos);
  const auto unknown =
      testing::run_freshet({"gdpr", "export-user", "--user-id", "nobody", "--db", shop.path("db")}, shop.directory());
  EXPECT_EQ(unknown.exit_code, 1);
  EXPECT_NE(unknown.errors.find("\"nobody\""), std::string::npos) << unknown.errors;
}

/// The place of an item in a user's list of the whole shop; the length of the list where it is not in it.
std::size_t place_of(service_process& service, const std::string& id, const std::string& user) {
  const auto list = ids(service.post("/v1/recommend", R"({"user_id":")" + user + R"(","k":100,"exclude_seen":false})"));
  return static_cast<std::size_t>(std::find(list.begin(), list.end(), id) - list.begin());
}

TEST(live_items, of_which_nothing_is_said_are_placed_by_those_who_touched_them) {
  small_shop shop;
  shop.ingest();
  shop.train();
  {
    std::ofstream settings(shop.path("eager.yaml"));
    settings << "model: {min_new_item_events: 6}\n";
  }
  service_process service(shop.directory(), {"--config", shop.path("eager.yaml")});
  // Six people whose best items are those of u1 touch an item that nobody described.
  const auto best = ids(service.post("/v1/recommend", R"({"user_id":"u1","k":3})"));
  ASSERT_EQ(best.size(), 3U);
  const auto touch = [&](int person, const std::string& item) {
    EXPECT_EQ(service.post("/v1/events?wait=visible", event_of("like" + std::to_string(person), item)).status, 202U);
  };
  for (int person = 0; person < 6; ++person) {
    for (const auto& item : best) touch(person, item);
    if (person < 5) touch(person, "undescribed");
  }
  const auto only = [&] {
    return ids(service.post("/v1/recommend", R"({"user_id":"u1","k":5,"include_items":["undescribed"]})"));
  };
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  EXPECT_TRUE(only().empty()) << "five events are not enough";
  touch(5, "undescribed");
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (only().empty() && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  EXPECT_EQ(only(), std::vector<std::string>{"undescribed"});
  const auto among_friends = place_of(service, "undescribed", "like0");
  EXPECT_LT(among_friends, 10U) << "of 81";
  std::size_t elsewhere = 0;
  for (int other = 2; other <= 20; ++other) {
    elsewhere = std::max(elsewhere, place_of(service, "undescribed", "u" + std::to_string(other)));
  }
  EXPECT_GT(elsewhere, 40U) << "people of another taste see others first";

  service.kill();
  service_process again(shop.directory(), {"--config", shop.path("eager.yaml")});
  EXPECT_TRUE(eventually([&] { return place_of(again, "undescribed", "like0") == among_friends; }))
      << "a start does not wait for who touched it to be read, it is read soon after";
}

}  // namespace
}  // namespace freshet

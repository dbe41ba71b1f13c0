// /v1/items and what is popular: metadata live at once, hidden items,
// availability.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/conformance/served_shop.hpp"
#include "tests/conformance/shape.hpp"

namespace freshet::testing {
namespace {

/// One of their own: they change its items.
service_process& service() {
  static served_shop shop;
  return shop.service();
}
service_process::answer send(http::method verb, const std::string& target, const std::string& body = "") {
  return service().send(verb, target, {{"Content-Type", "application/json"}}, body);
}
bool is_listed(const std::string& id) {
  const auto ids = ids_of(service().post("/v1/recommend", R"({"user_id": "u21", "k": 1000, "exclude_seen": false})"));
  return std::ranges::find(ids, id) != ids.end();
}

TEST(v1_items, show_what_is_known_of_one) {
  const auto answer = service().get("/v1/items/i1");
  ASSERT_EQ(answer.status, 200U) << answer.raw.body;
  expect_shape(answer.body,
               R"({"item_id": "string", "title": "string", "category": "string", "brand": "string",
                                "price": "number", "description": "string"})");
  EXPECT_EQ(answer.body.at("title").as_string(), shop_of_texts().item("i1").title);
  expect_problem(service().get("/v1/items/nothing").body, 404, "nothing");
}

TEST(v1_items, put_and_patched_are_so_in_the_next_answer) {
  const auto put =
      send(http::method::put, "/v1/items/i71", R"({"title": "Brass Lantern", "price": 3.5, "colour": "gold"})");
  ASSERT_TRUE(put.status == 200 || put.status == 201) << put.status << put.raw.body;
  const auto shown = [] {
    return service().post("/v1/recommend", R"({"user_id": "u22", "exclude_seen": false, "k": 1000,
        "include_items": ["i71"], "fields": ["title", "price", "colour", "brand"]})");
  };
  auto item = shown().body.at("recommendations").at(0);
  EXPECT_EQ(item.at("title"), "Brass Lantern");
  EXPECT_EQ(item.at("colour"), "gold");
  EXPECT_TRUE(item.at("brand").is_null()) << "put replaces everything";
  ASSERT_EQ(send(http::method::patch, "/v1/items/i71", R"({"price": 4.25, "colour": null})").status, 200U);
  item = shown().body.at("recommendations").at(0);
  EXPECT_EQ(item.at("title"), "Brass Lantern");
  EXPECT_EQ(item.at("price").to_number<double>(), 4.25);
  EXPECT_TRUE(item.at("colour").is_null());
}

TEST(v1_items, in_bulk_are_taken_one_by_one) {
  const auto answer = service().post("/v1/items",
                                     R"([{"item_id": "new1", "title": "Copper Kettle", "category": "Kitchen"},
                                                      {"title": "nameless"}])");
  ASSERT_EQ(answer.status, 200U) << answer.raw.body;
  EXPECT_EQ(answer.body.at("accepted"), 1);
  expect_shape(answer.body, R"({"accepted": "integer", "rejected": [{"index": "integer", "reason": "string"}]})");
  const auto lines = service().post(
      "/v1/items", "{\"item_id\":\"new2\",\"title\":\"Kettle\"}\n\n{\"item_id\":\"new3\"}\n", "application/x-ndjson");
  EXPECT_EQ(lines.body.at("accepted"), 2) << lines.raw.body;
  EXPECT_EQ(service().get("/v1/items/new1").body.at("title"), "Copper Kettle");
}

TEST(v1_items, that_are_new_can_be_recommended) {
  ASSERT_EQ(service()
                .post("/v1/items",
                      R"({"item_id": "fresh", "title": "Red Milk Jug", "category": "Kitchen",
                                            "description": "Milk Jug made of steel, in red."})")
                .status,
            200U);
  const auto listed_by = [](const std::string& target, const std::string& body) {
    const auto ids = ids_of(service().post(target, body));
    return std::ranges::find(ids, "fresh") != ids.end();
  };
  bool listed = false;
  for (int tries = 0; tries < 20 && !listed; ++tries) {
    listed = listed_by("/v1/recommend", R"({"user_id": "u23", "k": 1000})");
    if (!listed) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  EXPECT_TRUE(listed);
}

TEST(v1_items, hidden_or_deleted_appear_nowhere) {
  ASSERT_TRUE(is_listed("i72"));
  ASSERT_EQ(send(http::method::patch, "/v1/items/i72", R"({"hidden": true})").status, 200U);
  EXPECT_FALSE(is_listed("i72"));
  ASSERT_EQ(send(http::method::patch, "/v1/items/i72", R"({"hidden": false})").status, 200U);
  EXPECT_TRUE(is_listed("i72"));

  const auto gone = send(http::method::delete_, "/v1/items/i73");
  EXPECT_TRUE(gone.status == 200 || gone.status == 204) << gone.status << gone.raw.body;
  EXPECT_FALSE(is_listed("i73"));
  EXPECT_EQ(service().get("/v1/items/i73").status, 404U);
  EXPECT_EQ(service().get("/similar-items?item_id=i73").status, 404U);
  for (const auto* target : {"/similar-items?item_id=i3&k=50", "/recommend?user_id=u21&k=50&exclude_seen=false"}) {
    EXPECT_EQ(std::ranges::count(ids_of(service().get(target)), "i73"), 0) << target;
  }
}

TEST(v1_items, are_shown_within_their_availability_only) {
  ASSERT_EQ(send(http::method::patch, "/v1/items/i74", R"({"available_from": "2099-01-01T00:00:00Z"})").status, 200U);
  EXPECT_FALSE(is_listed("i74"));
  ASSERT_EQ(send(http::method::patch, "/v1/items/i74", R"({"available_from": "2020-01-01T00:00:00Z"})").status, 200U);
  EXPECT_TRUE(is_listed("i74"));
  ASSERT_EQ(send(http::method::patch, "/v1/items/i74", R"({"available_until": "2021-01-01T00:00:00Z"})").status, 200U);
  EXPECT_FALSE(is_listed("i74"));
}

}  // namespace
}  // namespace freshet::testing

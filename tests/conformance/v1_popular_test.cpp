// GET /v1/popular and /v1/trending.
#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>

#include "tests/conformance/served_shop.hpp"
#include "tests/conformance/shape.hpp"

namespace freshet::testing {
namespace {

/// One of its own: a crowd comes to it.
served_shop& busy_shop() {
  static served_shop shop;
  return shop;
}

TEST(v1_popular, lists_what_has_most_events) {
  auto& service = busy_shop().service();
  const auto answer = service.get("/v1/popular?window=all&k=80");
  ASSERT_EQ(answer.status, 200U) << answer.raw.body;
  expect_shape(answer.body, R"({"window": "string", "items": [{"rank": "integer", "item_id": "string",
      "events": "integer", "title": "string", "price": "number"}], "count": "integer"})");
  std::size_t before = served_shop::events;
  for (const auto& each : answer.body.at("items").as_array()) {
    const auto events = each.at("events").to_number<std::size_t>();
    EXPECT_EQ(events, busy_shop().events_of(std::string(each.at("item_id").as_string())));
    EXPECT_LE(events, before);
    before = events;
  }
  EXPECT_EQ(ids_of(service.get("/v1/popular?window=all"), "items").size(), 10U);
  expect_shape(service.get("/v1/popular").body, R"({"window": "string", "items": ["any", "or empty"]})");
  expect_problem(service.get("/v1/popular?window=soon").body, 422, "window");
}

TEST(v1_trending, lists_what_rises) {
  auto& service = busy_shop().service();
  std::string events;
  for (int i = 0; i < 40; ++i) {
    events += R"({"user_id":"crowd)" + std::to_string(i) + R"(","item_id":"i75","ts":)" +
              std::to_string(std::time(nullptr) - i) + "}\n";
  }
  ASSERT_EQ(service.post("/v1/events?wait=visible", events, "application/x-ndjson").status, 202U);
  EXPECT_EQ(ids_of(service.get("/v1/trending"), "items").front(), "i75");
  EXPECT_EQ(ids_of(service.get("/v1/popular?window=24h"), "items"), id_list{"i75"});
}

}  // namespace
}  // namespace freshet::testing

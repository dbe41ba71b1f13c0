// What is known of a user, and why.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/conformance/served_shop.hpp"
#include "tests/conformance/shape.hpp"

namespace freshet::testing {
namespace {

service_process& service() {
  return shop_of_texts().service();
}
std::string event_of(const std::string& user, const std::string& item, int ts, const std::string& more = "") {
  return R"({"user_id":")" + user + R"(","item_id":")" + item + R"(","ts":)" + std::to_string(ts) + more + "}";
}

TEST(v1_users, list_their_events_page_by_page) {
  for (int i = 0; i < 5; ++i) {
    service().post("/v1/events?wait=visible", event_of("v1d", "i" + std::to_string(i + 1), 1'740'000'000 + i));
  }
  const auto first = service().get("/v1/users/v1d/events?limit=3");
  ASSERT_EQ(first.status, 200U) << first.raw.body;
  expect_shape(first.body, R"({"user_id": "string", "events": [{"item_id": "string", "ts": "integer",
      "qty": "integer", "event_type": "string|null"}], "next": "string"})");
  EXPECT_EQ(first.body.at("events").as_array().size(), 3U);
  const auto rest =
      service().get("/v1/users/v1d/events?limit=3&before=" + std::string(first.body.at("next").as_string()));
  EXPECT_EQ(rest.body.at("events").as_array().size(), 2U) << rest.raw.body;
  EXPECT_TRUE(rest.body.at("next").is_null());
}

TEST(v1_because, names_the_interactions_that_led_to_an_item) {
  const auto item = shop_of_texts().ranking_for("u1").front();
  const auto answer = service().get("/v1/users/u1/because/" + item);
  ASSERT_EQ(answer.status, 200U) << answer.raw.body;
  expect_shape(answer.body, R"({"user_id": "string", "item_id": "string", "model_id": "string", "score": "number",
      "because": [{"item_id": "string", "title": "string|null", "contribution": "number"}]})");
  EXPECT_EQ(service().get("/v1/users/nobody/because/" + item).status, 404U);
  EXPECT_EQ(service().get("/v1/users/u1/because/nothing").status, 404U);
}

}  // namespace
}  // namespace freshet::testing

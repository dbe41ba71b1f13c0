// POST /v1/events.
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

TEST(v1_events, are_taken_one_by_one_and_once) {
  const auto one = service().post("/v1/events", event_of("v1a", "i1", 1'740'000'000));
  EXPECT_EQ(one.status, 202U);
  expect_shape(one.body, R"({"accepted": "integer", "duplicates": "integer|null", "rejected": ["any", "or empty"]})");
  const auto named = event_of("v1a", "i2", 1'740'000'001, R"(,"event_id":"e1")");
  const auto several = service().post("/v1/events?wait=visible", "[" + named + "," + named + R"(,{"user_id":"v1a"}])");
  EXPECT_EQ(several.status, 202U);
  EXPECT_EQ(several.body.at("accepted"), 1) << several.raw.body;
  EXPECT_EQ(several.body.at("duplicates"), 1);
  expect_shape(several.body.at("rejected"), R"([{"index": "integer", "reason": "string"}])");
  EXPECT_EQ(several.body.at("rejected").at(0).at("index"), 2);
  const auto lines =
      service().post("/v1/events?wait=visible",
                     event_of("v1a", "i3", 1'740'000'002) + "\n" + event_of("v1a", "i4", 1'740'000'003) + "\n",
                     "application/x-ndjson");
  EXPECT_EQ(lines.body.at("accepted"), 2) << lines.raw.body;
  EXPECT_EQ(service().get("/v1/users/v1a/events").body.at("events").as_array().size(), 4U);
}

TEST(v1_events, repeated_with_an_idempotency_key_get_the_same_answer) {
  const auto send = [](const std::string& key, const std::string& body) {
    return service().send(http::method::post, "/v1/events?wait=visible",
                          {{"Content-Type", "application/json"}, {"Idempotency-Key", key}}, body);
  };
  const auto first = send("key-1", event_of("v1b", "i1", 1'740'000'000));
  EXPECT_EQ(first.body.at("accepted"), 1) << first.raw.body;
  const auto again = send("key-1", event_of("v1b", "i1", 1'740'000'000));
  EXPECT_EQ(again.status, 202U);
  EXPECT_EQ(service().get("/v1/users/v1b/events").body.at("events").as_array().size(), 1U) << "once";
}

TEST(v1_events, shape_the_next_answer_when_visible) {
  const std::string question = R"({"user_id":"v1c","k":5})";
  const auto before = ids_of(service().post("/v1/recommend", question));
  ASSERT_EQ(service().post("/v1/events?wait=visible", event_of("v1c", before[0], 1'740'000'000)).status, 202U);
  EXPECT_EQ(std::ranges::count(ids_of(service().post("/v1/recommend", question)), before[0]), 0);
}

TEST(v1_events, are_seen_as_they_come_in) {
  ASSERT_EQ(service().post("/v1/events?wait=visible", event_of("v1seen", "i1", 1'740'000'000)).status, 202U);
  ASSERT_EQ(service().post("/v1/events?wait=visible", event_of("v1seen", "i2", 1'740'000'000)).status, 202U);
  const auto seen = service().get("/v1/events?limit=2");
  ASSERT_EQ(seen.status, 200U) << seen.raw.body;
  expect_shape(seen.body, R"({"events": [{"user_id": "string", "item_id": "string", "ts": "integer", "qty": "integer",
      "event_type": "string|null", "partition": "integer", "offset": "integer", "accepted_at": "number"}]})");
  const auto& events = seen.body.at("events").as_array();
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].at("item_id").as_string(), "i2");
  EXPECT_EQ(events[1].at("item_id").as_string(), "i1");
  EXPECT_EQ(service().get("/v1/events?limit=0").status, 400U);
}

}  // namespace
}  // namespace freshet::testing

#include "io/http/ingestion_api.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "core/base/random.hpp"
#include "tests/support/recording_exchange.hpp"

namespace freshet::http {
namespace {

using freshet::testing::make_request;

class event_ingestion : public ::testing::Test {
 protected:
  parsed<events_request> parse(std::string body, std::string type = "application/json", field_list headers = {},
                               std::string_view target = "/v1/events") {
    request in = make_request(method::post, target, std::move(body));
    in.headers = std::move(headers);
    if (!type.empty()) in.headers.emplace_back("content-type", std::move(type));
    return parse_events(in, decoder_);
  }
  events_request accepted(const parsed<events_request>& out) {
    EXPECT_TRUE(std::holds_alternative<events_request>(out));
    return std::holds_alternative<events_request>(out) ? std::get<events_request>(out) : events_request{};
  }
  unsigned status(const parsed<events_request>& out) {
    return std::holds_alternative<response>(out) ? std::get<response>(out).status : 0;
  }

  manual_clock clock_{1'800'000'000};
  event_decoder decoder_{clock_};
};

const std::string first = R"({"user_id":"u","item_id":"a","ts":1700000000})";
const std::string second = R"({"user_id":"u","item_id":"b]","ts":1700000001})";

TEST_F(event_ingestion, takes_one_event) {
  const auto one = accepted(parse(first));
  ASSERT_EQ(one.accepted.size(), 1U);
  EXPECT_EQ(one.accepted[0].value.item_id, "a");
  EXPECT_FALSE(one.wait_visible);
  EXPECT_EQ(accepted(parse(first, "")).accepted.size(), 1U) << "without a content type";
}

TEST_F(event_ingestion, takes_an_array_of_any_layout) {
  const auto several = accepted(parse(" [ " + first + " ,\n" + second + "\n] "));
  ASSERT_EQ(several.accepted.size(), 2U);
  EXPECT_EQ(several.accepted[1].index, 1U);
  EXPECT_EQ(several.accepted[1].value.item_id, "b]");
  EXPECT_TRUE(accepted(parse("[ ]")).accepted.empty());
}

TEST_F(event_ingestion, takes_lines) {
  const auto lines = accepted(parse(first + "\r\n\n" + second, "application/x-ndjson; charset=utf-8"));
  ASSERT_EQ(lines.accepted.size(), 2U);
  EXPECT_EQ(lines.accepted[1].index, 1U) << "blank lines do not count";
}

TEST_F(event_ingestion, lets_one_bad_event_reject_no_other) {
  for (const auto& out : {parse("[" + first + R"(,{"user_id":"u"},7,)" + second + "]"),
                          parse(first + "\n{\"user_id\":\"u\"}\n{broken\n" + second, "application/x-ndjson")}) {
    const auto mixed = accepted(out);
    ASSERT_EQ(mixed.accepted.size(), 2U);
    EXPECT_EQ(mixed.accepted[1].index, 3U);
    ASSERT_EQ(mixed.rejected.size(), 2U);
    EXPECT_EQ(mixed.rejected[0].index, 1U);
    EXPECT_EQ(mixed.rejected[0].why.reason, rejection_reason::missing_field);
  }
  EXPECT_EQ(accepted(parse("[" + first + "," + std::string(200, '[') + std::string(200, ']') + "]")).accepted.size(),
            1U);
}

TEST_F(event_ingestion, refuses_a_body_that_is_no_json_or_no_events) {
  EXPECT_EQ(status(parse("")), 400U);
  EXPECT_EQ(status(parse("{")), 400U);
  EXPECT_EQ(status(parse("[" + first)), 400U);
  EXPECT_EQ(status(parse(first + "\n" + second)), 400U) << "lines must say that they are lines";
  EXPECT_EQ(status(parse("a\nb", "application/x-ndjson")), 400U);
  EXPECT_EQ(status(parse(first, "application/x-www-form-urlencoded")), 415U);
  EXPECT_EQ(status(parse(first, "text/csv")), 415U);
}

TEST_F(event_ingestion, takes_cloud_events_in_every_mode) {
  const auto structured = R"({"specversion":"1.0","id":"7","source":"/s","data":)" + first + "}";
  EXPECT_EQ(accepted(parse(structured, "application/cloudevents+json")).accepted.at(0).value.event_id, "/s 7");
  EXPECT_EQ(accepted(parse("[" + structured + "]", "application/cloudevents-batch+json")).accepted.at(0).value.event_id,
            "/s 7");
  const field_list headers{{"ce-specversion", "1.0"}, {"ce-id", "7"}, {"ce-source", "/a%2Fb"}, {"ce-type", "view"}};
  const auto binary = accepted(parse(first, "application/json", headers));
  EXPECT_EQ(binary.accepted.at(0).value.event_id, "/a/b 7");
  EXPECT_EQ(binary.accepted.at(0).value.event_type, "view");
  EXPECT_EQ(accepted(parse("[" + first + "]", "application/json", headers)).rejected.size(), 1U)
      << "binary mode carries one event";
}

TEST_F(event_ingestion, gives_events_without_an_id_the_idempotency_key) {
  const auto keyed = accepted(parse("[" + first + R"(,{"user_id":"u","item_id":"a","ts":1700000000,"event_id":"own"}])",
                                    "application/json", {{"idempotency-key", "k1"}}));
  EXPECT_EQ(keyed.accepted[0].value.event_id, "k1#0");
  EXPECT_EQ(keyed.accepted[1].value.event_id, "own");
  EXPECT_EQ(status(parse(first, "application/json", {{"idempotency-key", std::string(250, 'k')}})), 400U);
  EXPECT_EQ(status(parse(first, "application/json", {{"idempotency-key", ""}})), 400U);
}

TEST_F(event_ingestion, can_wait_until_events_are_visible) {
  EXPECT_TRUE(accepted(parse(first, "application/json", {}, "/v1/events?wait=visible")).wait_visible);
  EXPECT_EQ(status(parse(first, "application/json", {}, "/v1/events?wait=forever")), 400U);
}

TEST_F(event_ingestion, bounds_the_events_of_a_request) {
  std::string body;
  for (int i = 0; i < 100'001; ++i) body += "{}\n";
  EXPECT_EQ(status(parse(body, "application/x-ndjson")), 400U);
}

TEST_F(event_ingestion, answers_what_became_of_each) {
  const auto query = accepted(parse("[" + first + R"(,{"user_id":"u","item_id":"x"}])"));
  const response out = render_events(query, 1, std::nullopt);
  EXPECT_EQ(out.status, 202U);
  EXPECT_EQ(boost::json::parse(out.body),
            boost::json::parse(
                R"({"accepted":1,"duplicates":null,"rejected":[{"index":1,"reason":"missing_field",
          "message":"ts: is missing; every event needs it"}],"rejected_count":1})"));
  EXPECT_EQ(boost::json::parse(render_events(query, 0, 1).body).at("duplicates"), 1);
}

TEST_F(event_ingestion, lists_the_first_thousand_rejections) {
  std::string body = first + "\n";
  for (int i = 0; i < 1'500; ++i) body += "{}\n";
  const auto answer = boost::json::parse(render_events(accepted(parse(body, "application/x-ndjson")), 1, 0).body);
  EXPECT_EQ(answer.at("rejected").as_array().size(), 1'000U);
  EXPECT_EQ(answer.at("rejected_count"), 1'500);
}

TEST_F(event_ingestion, survives_any_bytes) {
  constexpr std::uint64_t seed = 3;
  SCOPED_TRACE(seed);
  random_source random(seed);
  const std::string valid = "[" + first + "," + second + R"(,{"properties":{"product_id":[1,{"a":"]"}]}}])";
  for (int round = 0; round < 5'000; ++round) {
    std::string body = valid;
    for (std::size_t times = 1 + random.below(3); times > 0; --times) {
      const std::size_t at = random.below(body.size());
      if (random.below(2) == 0) {
        body[at] = static_cast<char>(random.below(256));
      } else {
        body.insert(at, 1, "{}[]\",:\\ "[random.below(9)]);
      }
    }
    const auto out = parse(body, random.below(2) == 0 ? "application/json" : "application/x-ndjson");
    if (const auto* refused = std::get_if<response>(&out)) {
      ASSERT_EQ(refused->status, 400U) << body;
    } else {
      const auto& read = std::get<events_request>(out);
      ASSERT_NO_THROW(boost::json::parse(render_events(read, read.accepted.size(), 0).body)) << body;
    }
  }
}

// --- the events of a user -------------------------------------------------------------------------------------------

TEST(user_events, are_asked_for_page_by_page) {
  const auto parse = [](std::string_view query) {
    return parse_user_events(make_request(method::get, "/v1/users/u/events" + std::string(query)));
  };
  EXPECT_EQ(std::get<user_events_request>(parse("")).limit, 50U);
  const auto paged = std::get<user_events_request>(parse("?limit=1000&before=1700000000.00ff"));
  EXPECT_EQ(paged.limit, 1000U);
  EXPECT_EQ(paged.before, std::pair(unix_seconds{1700000000}, std::uint64_t{255}));
  const std::pair<std::string_view, unsigned> refused[] = {{"?limit=0", 400},
                                                           {"?limit=1001", 400},
                                                           {"?limit=x", 422},
                                                           {"?before=x", 422},
                                                           {"?before=1.", 422},
                                                           {"?before=1.xyz", 422},
                                                           {"?before=1.11111111111111111", 422}};
  for (const auto& [query, status] : refused) {
    const auto out = parse(query);
    ASSERT_TRUE(std::holds_alternative<response>(out)) << query;
    EXPECT_EQ(std::get<response>(out).status, status) << query;
  }
}

TEST(user_events, are_listed_with_what_is_known_of_them) {
  event full{.user_id = "u", .item_id = "i\"1", .ts = 1700000000, .qty = 2, .event_type = "purchase"};
  full.value = 4.5F;
  full.event_id = "e";
  full.session_id = "s";
  full.recommendation_id = "r";
  full.properties = R"({"a":1.50})";
  const event least{.user_id = "u", .item_id = "i2", .ts = 1600000000};
  const std::vector<listed_event> events{{full, 1}, {least, 0xabc}};
  EXPECT_EQ(
      boost::json::parse(render_user_events("u", events, true).body),
      boost::json::parse(
          R"({"user_id":"u","events":[{"item_id":"i\"1","ts":1700000000,"qty":2,"event_type":"purchase","value":4.5,
          "event_id":"e","session_id":"s","recommendation_id":"r","properties":{"a":1.50}},
          {"item_id":"i2","ts":1600000000,"qty":1,"event_type":null}],"next":"1600000000.abc"})"));
  EXPECT_TRUE(boost::json::parse(render_user_events("u", events, false).body).at("next").is_null());
}

TEST(user_events, continue_where_the_page_before_ended) {
  const std::vector<listed_event> events{{event{.ts = 1600000000}, UINT64_MAX}};
  const auto body = boost::json::parse(render_user_events("u", events, true).body);
  const std::string next(body.at("next").as_string());
  const auto again = parse_user_events(make_request(method::get, "/v1/users/u/events?before=" + next));
  EXPECT_EQ(std::get<user_events_request>(again).before, std::pair(unix_seconds{1600000000}, UINT64_MAX));
}

// --- the events of everybody ----------------------------------------------------------------------------------------

TEST(recent_events, are_asked_for_by_number) {
  const auto parse = [](std::string_view query) {
    return parse_recent_events(make_request(method::get, "/v1/events" + std::string(query)));
  };
  EXPECT_EQ(std::get<recent_events_request>(parse("")).limit, 50U);
  EXPECT_EQ(std::get<recent_events_request>(parse("?limit=100")).limit, 100U);
  EXPECT_EQ(std::get<response>(parse("?limit=0")).status, 400U);
  EXPECT_EQ(std::get<response>(parse("?limit=101")).status, 400U);
  EXPECT_EQ(std::get<response>(parse("?limit=all")).status, 422U);
}

TEST(recent_events, say_who_and_where_in_the_log) {
  const event typed{.user_id = "u\"", .item_id = "i", .ts = 1700000000, .qty = 2, .event_type = "view"};
  const event plain{.user_id = "v", .item_id = "i", .ts = 1600000000};
  const std::vector<recent_event> events{{typed, partition_id{3}, 7, 1'700'000'001'250},
                                         {plain, partition_id{0}, 0, 0}};
  EXPECT_EQ(boost::json::parse(render_recent_events(events).body), boost::json::parse(R"({"events":[
      {"user_id":"u\"","item_id":"i","ts":1700000000,"qty":2,"event_type":"view","partition":3,"offset":7,
       "accepted_at":1700000001.25},
      {"user_id":"v","item_id":"i","ts":1600000000,"qty":1,"event_type":null,"partition":0,"offset":0,
       "accepted_at":null}]})"));
  EXPECT_EQ(render_recent_events({}).body, R"({"events":[]})");
}

}  // namespace
}  // namespace freshet::http

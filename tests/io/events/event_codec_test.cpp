#include "io/events/event_codec.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>

#include "core/base/random.hpp"
#include "core/base/text.hpp"

namespace freshet {
namespace {

constexpr unix_seconds now = 1'800'000'000;

class event_codec : public ::testing::Test {
 protected:
  event decoded(std::string_view json, record_headers headers = {}) {
    const decoded_event out = decoder_.decode(json, headers);
    if (const auto* why = std::get_if<rejection>(&out)) ADD_FAILURE() << json << " is rejected: " << why->message;
    return std::holds_alternative<event>(out) ? std::get<event>(out) : event{};
  }
  rejection rejected(std::string_view json, record_headers headers = {}) {
    const decoded_event out = decoder_.decode(json, headers);
    if (!std::holds_alternative<rejection>(out)) ADD_FAILURE() << json << " is accepted";
    return std::holds_alternative<rejection>(out) ? std::get<rejection>(out) : rejection{};
  }

  manual_clock clock_{now};
  event_decoder decoder_{clock_};
};

TEST_F(event_codec, reads_the_canonical_form) {
  const event expected{.user_id = "u1",
                       .item_id = "i1",
                       .ts = 1700000000,
                       .qty = 3,
                       .event_type = "purchase",
                       .value = 4.5F,
                       .event_id = "e1",
                       .session_id = "s1",
                       .recommendation_id = "r1",
                       .properties = R"({"colour":"red"})"};
  EXPECT_EQ(decoded(R"({"user_id":"u1","item_id":"i1","ts":1700000000,"qty":3,"event_type":"purchase","value":4.5,
                        "event_id":"e1","session_id":"s1","recommendation_id":"r1","properties":{"colour": "red"}})"),
            expected);
}

TEST_F(event_codec, needs_only_user_item_and_time) {
  const event least = decoded(R"({"user_id":"u","item_id":"i","ts":1700000000})");
  EXPECT_EQ(least, (event{.user_id = "u", .item_id = "i", .ts = 1700000000}));
  EXPECT_EQ(least.qty, 1);
}

TEST_F(event_codec, reads_every_spelling) {
  for (const std::string_view user : {"user_id", "userId", "visitorId", "anonymousId"}) {
    EXPECT_EQ(decoded("{\"" + std::string(user) + R"(":"u","item_id":"i","ts":1700000000})").user_id, "u") << user;
  }
  for (const std::string_view item : {"item_id", "itemId", "product_id"}) {
    EXPECT_EQ(decoded("{\"" + std::string(item) + R"(":"i","user_id":"u","ts":1700000000})").item_id, "i") << item;
  }
  const auto with = [&](std::string_view name, std::string_view value) {
    return decoded(R"({"user_id":"u","item_id":"i",)" + ("\"" + std::string(name) + "\":") + std::string(value) +
                   (value == "1700000001" ? "}" : R"(,"ts":1700000000})"));
  };
  for (const auto* name : {"event", "eventType", "event_type", "type"})
    EXPECT_EQ(with(name, "\"view\"").event_type, "view") << name;
  for (const auto* name : {"id", "messageId", "eventId", "event_id"})
    EXPECT_EQ(with(name, "\"e\"").event_id, "e") << name;
  for (const auto* name : {"qty", "quantity"}) EXPECT_EQ(with(name, "7").qty, 7) << name;
  for (const auto* name : {"value", "eventValue", "rating"}) EXPECT_EQ(with(name, "2.5").value, 2.5F) << name;
  for (const auto* name : {"session_id", "sessionId"}) EXPECT_EQ(with(name, "\"s\"").session_id, "s") << name;
  for (const auto* name : {"recommendation_id", "recommendationId"})
    EXPECT_EQ(with(name, "\"r\"").recommendation_id, "r") << name;
  for (const auto* name : {"ts", "timestamp", "time", "sentAt", "eventTime"})
    EXPECT_EQ(with(name, "1700000001").ts, 1700000001) << name;
}

TEST_F(event_codec, reads_the_nested_product_id) {
  const event nested = decoded(R"({"userId":"u","event":"view","properties":{"a":1,"product_id":42},"ts":1700000000})");
  EXPECT_EQ(nested.item_id, "42");
  EXPECT_EQ(nested.properties, R"({"a":1,"product_id":42})");
  EXPECT_EQ(decoded(R"({"user_id":"u","item_id":"outer","properties":{"product_id":"inner"},"ts":1700000000})").item_id,
            "outer");
}

TEST_F(event_codec, takes_the_first_of_several_spellings) {
  const event segment = decoded(R"({"type":"track","event":"purchase","anonymousId":"a","userId":"u","item_id":"i",
      "sentAt":"2023-11-14T22:13:21Z","timestamp":"2023-11-14T22:13:20Z","messageId":"m"})");
  EXPECT_EQ(segment.user_id, "u");
  EXPECT_EQ(segment.event_type, "purchase");
  EXPECT_EQ(segment.ts, 1700000000);
  EXPECT_EQ(decoded(R"({"userId":null,"anonymousId":"a","item_id":"i","ts":1700000000})").user_id, "a")
      << "null counts as absent";
}

TEST_F(event_codec, takes_integers_as_ids) {
  const event numbers = decoded(R"({"user_id":12345,"item_id":18446744073709551615,"ts":1700000000,"event_id":-7})");
  EXPECT_EQ(numbers.user_id, "12345");
  EXPECT_EQ(numbers.item_id, "18446744073709551615");
  EXPECT_EQ(numbers.event_id, "-7");
}

TEST_F(event_codec, reads_every_form_of_time) {
  for (const std::string_view time :
       {"1700000000", "1700000000000", "1700000000.25", "\"1700000000\"", "\"1700000000000\"",
        "\"2023-11-14T22:13:20Z\"", "\"2023-11-14T23:13:20+01:00\"", "\"2023-11-14 22:13:20\""}) {
    EXPECT_EQ(decoded(R"({"user_id":"u","item_id":"i","ts":)" + std::string(time) + "}").ts, 1700000000) << time;
  }
}

TEST_F(event_codec, accepts_times_from_1990_to_a_day_ahead) {
  const auto at = [](unix_seconds ts) { return R"({"user_id":"u","item_id":"i","ts":)" + std::to_string(ts) + "}"; };
  EXPECT_EQ(decoded(at(631152000)).ts, 631152000);
  EXPECT_EQ(rejected(at(631151999)).reason, rejection_reason::bad_time);
  EXPECT_EQ(decoded(at(now + 86400)).ts, now + 86400);
  EXPECT_EQ(rejected(at(now + 86401)).reason, rejection_reason::bad_time);
}

TEST_F(event_codec, takes_quantities_that_are_integers_in_any_clothing) {
  const auto quantity = [&](std::string_view text) {
    return decoded(R"({"user_id":"u","item_id":"i","ts":1700000000,"qty":)" + std::string(text) + "}").qty;
  };
  EXPECT_EQ(quantity("2"), 2);
  EXPECT_EQ(quantity("2.0"), 2);
  EXPECT_EQ(quantity("\"2\""), 2);
  EXPECT_EQ(quantity("-3"), -3) << "a return";
  EXPECT_EQ(quantity("0"), 0);
  EXPECT_EQ(quantity("null"), 1);
}

TEST_F(event_codec, keeps_properties_to_the_letter_less_white_space) {
  const event spaced = decoded(
      "{\"a\\u0062\" : [1, {\"}\": \"]\"}], \"user_id\":\"u\",\"item_id\":\"i\",\"ts\":1700000000,\n"
      "\"pr\\u006fperties\" : {\"price\" : 1.50 , \"big\":12345678901234567,\n \"text\":\"a \\\" } b\" , \"n\":{ }}  "
      "}");
  EXPECT_EQ(spaced.properties, R"({"price":1.50,"big":12345678901234567,"text":"a \" } b","n":{}})");
}

struct bad_record {
  std::string_view json;
  rejection_reason reason;
  std::string_view message;
};

TEST_F(event_codec, rejects_with_field_value_and_remedy) {
  using enum rejection_reason;
  const bad_record cases[] = {
      {"", not_json, "record: \"\" is not JSON"},
      {"   ", not_json, "is not JSON"},
      {"user=1", not_json, "record: \"user=1\" is not JSON; send one JSON object"},
      {R"({"user_id":"u")", not_json, "is not JSON"},
      {R"({"user_id":"u","item_id":"i","ts":1700000000} {})", not_json, "is not JSON"},
      {R"({"user_id":"u","item_id":"i","ts":NaN})", not_json, "is not JSON"},
      {"{\"user_id\":\"\xff\",\"item_id\":\"i\",\"ts\":1700000000}", not_json, "is not JSON"},
      {"[]", not_an_object, "record: an array is not an object"},
      {"17", not_an_object, "record: 17 is not an object"},
      {"null", not_an_object, "null is not an object"},
      {R"({})", missing_field, "user_id: is missing"},
      {R"({"user_id":"u","ts":1700000000})", missing_field, "item_id: is missing"},
      {R"({"user_id":null,"item_id":"i","ts":1700000000})", missing_field, "user_id: is missing"},
      {R"({"user_id":"u","item_id":"i"})", missing_field, "ts: is missing"},
      {R"({"user_id":"","item_id":"i","ts":1700000000})", bad_id, "user_id: is empty"},
      {R"({"userId":"a\u0000b","item_id":"i","ts":1700000000})", bad_id, R"(userId: "a\u0000b" holds a control)"},
      {R"({"user_id":"u","itemId":"a\nb","ts":1700000000})", bad_id, R"(itemId: "a\nb" holds a control)"},
      {R"({"user_id":1.5,"item_id":"i","ts":1700000000})", bad_type, "user_id: 1.5 is neither a string nor an integer"},
      {R"({"user_id":true,"item_id":"i","ts":1700000000})", bad_type, "user_id: true is neither"},
      {R"({"user_id":["u"],"item_id":"i","ts":1700000000})", bad_type, "user_id: an array is neither"},
      {R"({"user_id":"u","properties":{"product_id":{}},"ts":1700000000})", bad_type,
       "properties.product_id: an object"},
      {R"({"user_id":"u","item_id":"i","ts":"yesterday"})", bad_time,
       "ts: \"yesterday\" is not a time; give unix seconds, unix milliseconds or RFC 3339"},
      {R"({"user_id":"u","item_id":"i","timestamp":""})", bad_time, "timestamp: \"\" is not a time"},
      {R"({"user_id":"u","item_id":"i","ts":-1})", bad_time, "ts: 1969-12-31T23:59:59Z lies before 1990"},
      {R"({"user_id":"u","item_id":"i","ts":1e300})", bad_time, "ts: 1e+300 is not a time"},
      {R"({"user_id":"u","item_id":"i","ts":18446744073709551615})", bad_time,
       "ts: 18446744073709551615 is not a time"},
      {R"({"user_id":"u","item_id":"i","ts":1700000000000000})", bad_time, "lies more than a day ahead"},
      {R"({"user_id":"u","item_id":"i","ts":false})", bad_type, "ts: false is not a time"},
      {R"({"user_id":"u","item_id":"i","ts":1700000000,"qty":2.5})", bad_number, "qty: 2.5 is not an integer"},
      {R"({"user_id":"u","item_id":"i","ts":1700000000,"qty":3000000000})", bad_number, "qty: 3000000000 is not"},
      {R"({"user_id":"u","item_id":"i","ts":1700000000,"qty":"two"})", bad_type, "qty: \"two\" is not a number"},
      {R"({"user_id":"u","item_id":"i","ts":1700000000,"qty":"nan"})", bad_number, "qty: \"nan\" is not an integer"},
      {R"({"user_id":"u","item_id":"i","ts":1700000000,"qty":[]})", bad_type, "qty: an array is not a number"},
      {R"({"user_id":"u","item_id":"i","ts":1700000000,"value":1e999})", bad_number, "beyond what a double can hold"},
      {R"({"user_id":"u","item_id":"i","ts":1700000000,"value":1e39})", bad_number, "value: is not a finite number"},
      {R"({"user_id":"u","item_id":"i","ts":1700000000,"value":"inf"})", bad_number, "value: is not a finite number"},
      {R"({"user_id":"u","item_id":"i","ts":1700000000,"rating":-1})", bad_number, "rating: -1 is negative"},
      {R"({"user_id":"u","item_id":"i","ts":1700000000,"value":{}})", bad_type, "value: an object is not a number"},
      {R"({"user_id":"u","item_id":"i","ts":1700000000,"event_type":{}})", bad_type,
       "event_type: an object is neither"},
      {R"({"user_id":"u","item_id":"i","ts":1700000000,"properties":[]})", bad_type,
       "properties: an array is not an object"},
      {R"({"user_id":"u","user_id":"v","item_id":"i","ts":1700000000})", repeated_field, "user_id: stands twice"},
      {R"({"user_id":"u","item_id":"i","ts":1700000000,"qty":1,"qty":1})", repeated_field, "qty: stands twice"},
  };
  for (const auto& [json, reason, message] : cases) {
    const rejection why = rejected(json);
    EXPECT_EQ(to_string(why.reason), to_string(reason)) << json << " -> " << why.message;
    EXPECT_NE(why.message.find(message), std::string::npos) << json << " -> " << why.message;
  }
}

TEST_F(event_codec, accepts_ids_of_256_bytes_and_no_more) {
  const auto of = [](std::size_t bytes) {
    return R"({"user_id":")" + std::string(bytes, 'u') + R"(","item_id":"i","ts":1700000000})";
  };
  EXPECT_EQ(decoded(of(256)).user_id.size(), 256U);
  const rejection why = rejected(of(257));
  EXPECT_EQ(why.reason, rejection_reason::bad_id);
  EXPECT_LT(why.message.size(), 200U) << "a long value is cut in the message";
  EXPECT_NE(why.message.find("257 bytes"), std::string::npos);
}

TEST_F(event_codec, rejects_a_surrogate_without_its_partner) {
  EXPECT_TRUE(
      std::holds_alternative<rejection>(decoder_.decode(R"({"user_id":"\udc00","item_id":"i","ts":1700000000})")));
  EXPECT_TRUE(
      std::holds_alternative<rejection>(decoder_.decode(R"({"user_id":"\ud800","item_id":"i","ts":1700000000})")));
}

TEST_F(event_codec, reads_a_structured_cloud_event) {
  const event structured = decoded(R"({"specversion":"1.0","id":"42","source":"/shop","type":"com.shop.view",
      "time":"2023-11-14T22:13:20Z","extension":[1],"data":{"user_id":"u","item_id":"i","properties":{"x": 1}}})");
  EXPECT_EQ(structured, (event{.user_id = "u",
                               .item_id = "i",
                               .ts = 1700000000,
                               .event_type = "com.shop.view",
                               .event_id = "/shop 42",
                               .properties = R"({"x":1})"}));
}

TEST_F(event_codec, reads_a_binary_cloud_event) {
  const std::vector<std::pair<std::string, std::string>> headers{{"ce_specversion", "1.0"},
                                                                 {"ce_id", "42"},
                                                                 {"ce_source", "/shop"},
                                                                 {"ce_type", "view"},
                                                                 {"ce_time", "2023-11-14T22:13:20Z"}};
  const event binary = decoded(R"({"user_id":"u","item_id":"i","event_id":"ignored"})", headers);
  EXPECT_EQ(binary,
            (event{.user_id = "u", .item_id = "i", .ts = 1700000000, .event_type = "view", .event_id = "/shop 42"}));
}

TEST_F(event_codec, prefers_what_the_data_of_a_cloud_event_says) {
  const event both = decoded(R"({"specversion":"1.0","id":"1","source":"s","type":"outer","time":"2020-01-01T00:00:00Z",
      "data":{"user_id":"u","item_id":"i","ts":1700000000,"event_type":"inner","event_id":"inner"}})");
  EXPECT_EQ(both.ts, 1700000000);
  EXPECT_EQ(both.event_type, "inner");
  EXPECT_EQ(both.event_id, "s 1") << "a CloudEvent is identified by its source and id";
}

TEST_F(event_codec, gives_a_cloud_event_without_time_the_clock) {
  EXPECT_EQ(decoded(R"({"specversion":"1.0","id":"1","source":"s","data":{"user_id":"u","item_id":"i"}})").ts, now);
}

TEST_F(event_codec, rejects_a_cloud_event_it_cannot_identify_or_read) {
  using enum rejection_reason;
  const bad_record cases[] = {
      {R"({"specversion":"1.0","source":"s","data":{"user_id":"u","item_id":"i"}})", bad_id, "id: is empty"},
      {R"({"specversion":"1.0","id":"1","data":{"user_id":"u","item_id":"i"}})", bad_id, "source: is empty"},
      {R"({"specversion":"0.3","id":"1","source":"s","data":{}})", bad_type, "specversion: \"0.3\" is not supported"},
      {R"({"specversion":"1.0","id":"1","source":"s"})", missing_field, "data: is missing"},
      {R"({"specversion":"1.0","id":"1","source":"s","data":"x"})", bad_type, "data: \"x\" is not an object"},
      {R"({"specversion":"1.0","id":"1","source":"s","data":{},"data":{}})", repeated_field, "data: stands twice"},
      {R"({"specversion":"1.0","id":"1","source":"s","time":"soon","data":{"user_id":"u","item_id":"i"}})", bad_time,
       "time: \"soon\" is not a time"},
  };
  for (const auto& [json, reason, message] : cases) {
    const rejection why = rejected(json);
    EXPECT_EQ(to_string(why.reason), to_string(reason)) << json << " -> " << why.message;
    EXPECT_NE(why.message.find(message), std::string::npos) << json << " -> " << why.message;
  }
}

TEST_F(event_codec, validates_events_that_came_in_another_form) {
  const event good{.user_id = "u", .item_id = "i", .ts = 1700000000};
  EXPECT_TRUE(std::holds_alternative<std::monostate>(validate(good, clock_)));
  const auto reason = [&](auto change) {
    event bad = good;
    change(bad);
    const auto out = validate(bad, clock_);
    return std::holds_alternative<rejection>(out) ? to_string(std::get<rejection>(out).reason) : "accepted";
  };
  EXPECT_EQ(reason([](event& e) { e.user_id.clear(); }), "bad_id");
  EXPECT_EQ(reason([](event& e) { e.item_id = "\xc3"; }), "bad_id");
  EXPECT_EQ(reason([](event& e) { e.event_id = std::string(257, 'x'); }), "bad_id");
  EXPECT_EQ(reason([](event& e) { e.ts = 0; }), "bad_time");
  EXPECT_EQ(reason([](event& e) { e.value = std::numeric_limits<float>::quiet_NaN(); }), "bad_number");
}

// --- properties over random input -----------------------------------------------------------------------------------

std::string random_id(random_source& random) {
  constexpr std::array<std::string_view, 8> pieces{
      "a", "Z9", "\"", "\\", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x8d\xb7", " /{}[]:,"};
  std::string id;
  const std::size_t length = 1 + random.below(20);
  for (std::size_t i = 0; i < length; ++i) id += pieces[random.below(pieces.size())];
  return id;
}

event random_event(random_source& random) {
  const auto sometimes = [&] { return random.below(2) == 0; };
  event e{.user_id = random_id(random), .item_id = random_id(random)};
  e.ts = 631152000 + static_cast<unix_seconds>(random.below(now - 631152000));
  e.qty = static_cast<std::int32_t>(random.below(2'000'000)) - 1'000'000;
  if (sometimes()) e.event_type = random_id(random);
  if (sometimes()) e.value = static_cast<float>(random.uniform() * std::pow(10.0, random.below(30)));
  if (sometimes()) e.event_id = random_id(random);
  if (sometimes()) e.session_id = random_id(random);
  if (sometimes()) e.recommendation_id = random_id(random);
  if (sometimes()) {
    e.properties = "{";
    append_json_string(e.properties, random_id(random));
    e.properties += ":[1.50,{\"x\":null}]}";
  }
  return e;
}

TEST_F(event_codec, decodes_what_it_encodes) {
  constexpr std::uint64_t seed = 20261123;
  SCOPED_TRACE(seed);
  random_source random(seed);
  for (int round = 0; round < 5'000; ++round) {
    const event original = random_event(random);
    const std::string json = encode(original);
    EXPECT_EQ(json.find('\n'), std::string::npos);
    ASSERT_EQ(decoded(json), original) << json;
  }
}

void mutate(std::string& text, random_source& random) {
  constexpr std::string_view alphabet = "{}[]\",:\\0123456789.eE+-untf \n";
  const std::size_t at = random.below(text.size() + 1);
  switch (random.below(5)) {
    case 0:
      text.insert(at, 1, static_cast<char>(random.below(256)));
      break;
    case 1:
      text.insert(at, 1, alphabet[random.below(alphabet.size())]);
      break;
    case 2:
      text.erase(at, random.below(4));
      break;
    case 3:
      if (at < text.size()) text[at] = static_cast<char>(text[at] ^ (1 << random.below(8)));
      break;
    default:
      text.insert(at, text.substr(at, random.below(16)));
      break;
  }
}

TEST_F(event_codec, makes_an_event_or_a_rejection_of_any_bytes) {
  constexpr std::uint64_t seed = 7;
  SCOPED_TRACE(seed);
  random_source random(seed);
  const std::array<std::string, 4> valid{
      R"({"user_id":"u1","item_id":"i1","ts":1700000000,"qty":3,"event_type":"purchase","value":4.5,"event_id":"e1"})",
      R"({"userId":12,"event":"view","timestamp":"2023-11-14T22:13:20Z","properties":{"product_id":"p","price":1.50}})",
      R"({"specversion":"1.0","id":"42","source":"/shop","type":"view","time":"2023-11-14T22:13:20Z","data":{"user_id":"u","item_id":"i"}})",
      R"({"user_id":"\u00e9\ud83c\udf77","item_id":"i","ts":"1700000000000","properties":{"a":[1,{"b":"}\"]"}]}})"};
  std::size_t events = 0;
  std::size_t rejections = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string json = valid[random.below(valid.size())];
    for (std::size_t times = 1 + random.below(3); times > 0; --times) mutate(json, random);
    const decoded_event out = decoder_.decode(json);
    if (const auto* accepted = std::get_if<event>(&out)) {
      ++events;
      ASSERT_TRUE(std::holds_alternative<std::monostate>(validate(*accepted, clock_))) << json;
      ASSERT_EQ(decoded(encode(*accepted)), *accepted) << json;
    } else {
      ++rejections;
      const std::string& message = std::get<rejection>(out).message;
      ASSERT_TRUE(is_utf8(message) && !has_control_characters(message)) << json;
      ASSERT_LT(message.size(), 400U);
    }
  }
  EXPECT_GT(events, 1'000U);
  EXPECT_GT(rejections, 1'000U);
}

}  // namespace
}  // namespace freshet

#include "io/http/problem.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "core/base/random.hpp"
#include "core/base/text.hpp"
#include "tests/support/recording_exchange.hpp"

namespace freshet::http {
namespace {

using ::testing::Contains;
using ::testing::Pair;

boost::json::object body_of(const response& out) {
  return boost::json::parse(out.body).as_object();
}

TEST(problem, carries_the_documented_detail_and_the_members_of_rfc_9457) {
  const auto in = freshet::testing::make_request(method::get, "/recommend?user_id=x");
  const response out = problem(404, "User x not found", in);
  EXPECT_EQ(out.status, 404u);
  EXPECT_EQ(out.content_type, "application/problem+json");
  const auto body = body_of(out);
  EXPECT_EQ(body.at("detail"), "User x not found");
  EXPECT_EQ(body.at("type"), "about:blank");
  EXPECT_EQ(body.at("title"), "Not Found");
  EXPECT_EQ(body.at("status"), 404);
  EXPECT_EQ(body.at("instance"), "/recommend");
  EXPECT_EQ(body.at("request_id"), "test-request");
}

TEST(problem, adds_what_the_status_demands) {
  const auto in = freshet::testing::make_request(method::get, "/");
  EXPECT_THAT(problem(401, "no key", in).headers, Contains(Pair("WWW-Authenticate", "Bearer")));
  EXPECT_THAT(problem(429, "slower", in).headers, Contains(Pair("Retry-After", "1")));
  EXPECT_THAT(problem(503, "busy", in).headers, Contains(Pair("Retry-After", "1")));
  EXPECT_TRUE(problem(404, "missing", in).headers.empty());
}

TEST(problem, a_validation_problem_lists_every_complaint) {
  const auto in = freshet::testing::make_request(method::post, "/recommend");
  const response out = validation_problem(
      {{{"body", "user_id"}, "Field required", "missing"}, {{"body", "topk"}, "Not an integer", "int_parsing"}}, in);
  EXPECT_EQ(out.status, 422u);
  const auto detail = body_of(out).at("detail").as_array();
  ASSERT_EQ(detail.size(), 2u);
  EXPECT_EQ(detail[0].at("loc"), (boost::json::array{"body", "user_id"}));
  EXPECT_EQ(detail[1].at("msg"), "Not an integer");
  EXPECT_EQ(detail[1].at("type"), "int_parsing");
}

TEST(json_text, valid_utf8_survives_the_round_trip) {
  const std::string text = "quote \" backslash \\ tab \t nul \x01 \xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80";
  std::string quoted;
  append_json_string(quoted, text);
  EXPECT_EQ(boost::json::parse(quoted).as_string(), text);
}

TEST(json_text, what_is_no_utf8_becomes_the_replacement_character) {
  // A lone continuation, a surrogate, an overlong slash, a cut-off sequence.
  for (const std::string_view broken : {"\x80", "\xED\xA0\x80", "\xC0\xAF", "\xE2\x82"}) {
    std::string quoted;
    append_json_string(quoted, broken);
    EXPECT_NE(quoted.find("\xEF\xBF\xBD"), std::string::npos);
    EXPECT_NO_THROW(boost::json::parse(quoted));
  }
}

TEST(json_text, any_bytes_give_valid_json) {
  const std::uint64_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  random_source random(seed);
  for (int round = 0; round < 2000; ++round) {
    std::string text(random.below(12), '\0');
    for (char& c : text) c = static_cast<char>(random.below(256));
    std::string quoted;
    append_json_string(quoted, text);
    boost::json::error_code ec;
    boost::json::parse(quoted, ec);
    ASSERT_FALSE(ec) << quoted;
  }
}

}  // namespace
}  // namespace freshet::http

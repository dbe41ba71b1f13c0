// Keys with scopes, rate limits and other origins: the rows of the conventions
// that need a configuration.
#include <gtest/gtest.h>

#include "tests/conformance/served_shop.hpp"
#include "tests/conformance/shape.hpp"

namespace freshet::testing {
namespace {

using http::method;

const std::string reader = "reader-key-0123456789";
const std::string writer = "writer-key-0123456789";
const std::string boss = "boss-key-0123456789ab";

served_shop& locked_shop() {
  static served_shop shop(shop_ids::texts,
                          "security:\n  api_keys:\n"
                          "    - {name: reader, key: " +
                              reader +
                              ", scopes: [read]}\n"
                              "    - {name: writer, key: " +
                              writer +
                              ", scopes: [ingest]}\n"
                              "    - {name: boss, key: " +
                              boss +
                              ", scopes: [admin]}\n"
                              "cors: {allowed_origins: [\"https://shop.example\"]}\n");
  return shop;
}

service_process::answer ask(method verb, const std::string& target, const std::string& key) {
  http::field_list fields{{"Content-Type", "application/json"}};
  if (!key.empty()) fields.emplace_back("Authorization", "Bearer " + key);
  return locked_shop().service().send(verb, target, fields, verb == method::post ? "{}" : "");
}

TEST(http_keys, are_asked_for_with_401_and_their_scopes_with_403) {
  const auto none = ask(method::get, "/recommend?user_id=u1", "");
  EXPECT_EQ(none.status, 401U);
  EXPECT_EQ(field_of(none, "WWW-Authenticate"), "Bearer");
  expect_problem(none.body, 401, "");
  EXPECT_EQ(ask(method::get, "/recommend?user_id=u1", "another-key-01234567").status, 401U);
  EXPECT_EQ(ask(method::get, "/recommend?user_id=u1", reader).status, 200U);
  EXPECT_EQ(locked_shop().service().send(method::get, "/model_info", {{"X-API-Key", reader}}).status, 200U);
  const auto wrong_scope = ask(method::post, "/reload_model", reader);
  EXPECT_EQ(wrong_scope.status, 403U);
  expect_problem(wrong_scope.body, 403, "");
  EXPECT_EQ(ask(method::post, "/reload_model", boss).status, 200U);
  EXPECT_EQ(ask(method::post, "/v1/events", reader).status, 403U);
  EXPECT_NE(ask(method::post, "/v1/events", writer).status, 403U);
}

TEST(http_keys, are_not_needed_where_nothing_is_given_away) {
  for (const auto* target : {"/health", "/livez", "/readyz", "/healthz", "/docs", "/openapi.json"}) {
    EXPECT_EQ(ask(method::get, target, "").status, 200U) << target;
  }
}

TEST(http_keys, are_needed_of_each_scope_as_documented) {
  const std::pair<method, const char*> of_read[] = {{method::get, "/similar-items?item_id=i1"},
                                                    {method::post, "/recommend"},
                                                    {method::post, "/batch_recommend"},
                                                    {method::post, "/similar_items"},
                                                    {method::post, "/v1/recommend"},
                                                    {method::post, "/v1/rank"},
                                                    {method::get, "/metrics"},
                                                    {method::get, "/model_info"},
                                                    {method::get, "/v1/popular"},
                                                    {method::get, "/v1/trending"},
                                                    {method::get, "/v1/items/i1"}};
  for (const auto& [verb, target] : of_read) {
    EXPECT_EQ(ask(verb, target, "").status, 401U) << target;
    EXPECT_EQ(ask(verb, target, writer).status, 403U) << target;
    const auto status = ask(verb, target, reader).status;
    EXPECT_TRUE(status != 401 && status != 403) << target;
  }
  const std::pair<method, const char*> of_admin[] = {{method::get, "/v1/models"}, {method::get, "/v1/users/u1/export"}};
  for (const auto& [verb, target] : of_admin) {
    EXPECT_EQ(ask(verb, target, reader).status, 403U) << target;
    const auto status = ask(verb, target, boss).status;
    EXPECT_TRUE(status != 401 && status != 403) << target;
  }
}

TEST(http_origins, that_are_allowed_may_read_answers) {
  const auto from = [](method verb, const std::string& origin) {
    return locked_shop().service().send(verb, "/health",
                                        {{"Origin", origin}, {"Access-Control-Request-Method", "GET"}});
  };
  EXPECT_EQ(field_of(from(method::get, "https://shop.example"), "Access-Control-Allow-Origin"), "https://shop.example");
  EXPECT_EQ(field_of(from(method::get, "https://other.example"), "Access-Control-Allow-Origin"), "");
  const auto preflight = from(method::options, "https://shop.example");
  EXPECT_NE(field_of(preflight, "Access-Control-Allow-Methods").find("GET"), std::string::npos);
  EXPECT_EQ(field_of(preflight, "Access-Control-Allow-Credentials"), "");
}

TEST(http_rate_limits, answer_429_with_when_to_come_again) {
  served_shop shop(shop_ids::texts, "rate_limit: {requests_per_second: 1, burst: 5}\n", false);
  service_process::answer last;
  for (int i = 0; i < 20 && last.status != 429; ++i) last = shop.service().get("/metrics");
  ASSERT_EQ(last.status, 429U);
  EXPECT_FALSE(field_of(last, "Retry-After").empty());
  EXPECT_FALSE(field_of(last, "RateLimit-Policy").empty());
  EXPECT_FALSE(field_of(last, "RateLimit").empty());
  expect_problem(last.body, 429, "");
}

}  // namespace
}  // namespace freshet::testing

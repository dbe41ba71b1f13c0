#include "io/http/cors.hpp"

#include <gtest/gtest.h>

#include "tests/support/recording_exchange.hpp"

namespace freshet::http {
namespace {

request from(const std::string& origin, method verb = method::get) {
  auto in = freshet::testing::make_request(verb, "/recommend");
  if (!origin.empty()) in.headers = {{"origin", origin}};
  return in;
}

std::string field(const field_list& fields, std::string_view name) {
  for (const auto& [key, value] : fields) {
    if (key == name) return value;
  }
  return "";
}

TEST(cors, without_origins_in_the_configuration_says_nothing) {
  EXPECT_TRUE(cors_policy({}).fields_for(from("https://shop.example")).empty());
}

TEST(cors, lets_a_listed_origin_read_and_no_other) {
  const cors_policy policy({"https://Shop.example", "http://localhost:3000"});
  EXPECT_EQ(field(policy.fields_for(from("https://shop.example")), "Access-Control-Allow-Origin"),
            "https://shop.example");
  EXPECT_EQ(field(policy.fields_for(from("http://localhost:3000")), "Access-Control-Allow-Origin"),
            "http://localhost:3000");
  for (const char* other :
       {"https://shop.example.evil", "http://shop.example", "https://shop.example:8443", "https://evil", "null", ""}) {
    EXPECT_EQ(field(policy.fields_for(from(other)), "Access-Control-Allow-Origin"), "") << other;
  }
}

TEST(cors, tells_caches_that_the_answer_depends_on_the_origin) {
  const cors_policy policy({"https://shop.example"});
  EXPECT_EQ(field(policy.fields_for(from("")), "Vary"), "Origin");
  EXPECT_EQ(field(policy.fields_for(from("https://evil")), "Vary"), "Origin");
  EXPECT_EQ(field(cors_policy({"*"}).fields_for(from("https://evil")), "Vary"), "");
}

TEST(cors, a_star_lets_every_origin_read) {
  EXPECT_EQ(field(cors_policy({"*"}).fields_for(from("https://any.example")), "Access-Control-Allow-Origin"), "*");
}

TEST(cors, never_lets_a_browser_add_credentials) {
  for (const cors_policy& policy : {cors_policy({"*"}), cors_policy({"https://shop.example"})}) {
    auto in = from("https://shop.example", method::options);
    EXPECT_EQ(field(policy.fields_for(in), "Access-Control-Allow-Credentials"), "");
    EXPECT_EQ(field(policy.answer_preflight(in, "GET").headers, "Access-Control-Allow-Credentials"), "");
  }
}

TEST(cors, a_preflight_is_options_with_an_origin_and_a_method) {
  auto in = from("https://shop.example", method::options);
  EXPECT_FALSE(cors_policy::is_preflight(in));
  in.headers.emplace_back("access-control-request-method", "POST");
  EXPECT_TRUE(cors_policy::is_preflight(in));
  in.verb = method::get;
  EXPECT_FALSE(cors_policy::is_preflight(in));
}

TEST(cors, a_preflight_of_a_foreign_origin_is_told_no_methods) {
  const auto out = cors_policy({"https://shop.example"}).answer_preflight(from("https://evil", method::options), "GET");
  EXPECT_EQ(out.status, 204u);
  EXPECT_EQ(field(out.headers, "Access-Control-Allow-Methods"), "");
}

}  // namespace
}  // namespace freshet::http

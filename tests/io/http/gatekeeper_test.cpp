#include "io/http/gatekeeper.hpp"

#include <gtest/gtest.h>

#include "tests/support/recording_exchange.hpp"

namespace freshet::http {
namespace {

using freshet::testing::make_request;

const std::string reader = "reader-key-0123456789", writer = "writer-key-0123456789", boss = "boss-key-0123456789ab";

class gatekeeper_test : public ::testing::Test {
 protected:
  gatekeeper_test() {
    add(method::get, "/health", access_scope::none);
    add(method::get, "/recommend", access_scope::read);
    add(method::post, "/v1/events", access_scope::ingest);
    add(method::delete_, "/v1/users/{id}", access_scope::admin);
  }
  void add(method verb, const std::string& pattern, access_scope scope) {
    routes_.add({verb, pattern, scope, false, [](const exchange_ptr&, const path_parameters&) {}});
  }
  void with_keys() {
    settings_.security.api_keys = {
        {"reader", {sha256(reader), {access_scope::read}}},
        {"writer", {sha256(writer), {access_scope::read, access_scope::ingest}}},
        {"boss", {sha256(boss), {access_scope::admin}}},
    };
  }
  request ask(method verb, std::string_view target, field_list headers = {}) {
    auto in = make_request(verb, target);
    in.headers = std::move(headers);
    in.peer = "10.0.0.7";
    in.arrived = now_;
    return in;
  }
  header_decision check(const request& in) {
    if (!gate_) gate_.emplace(routes_, settings_);
    return gate_->check(in);
  }
  /// 0 = let through.
  unsigned status(const request& in) {
    const auto decided = check(in);
    return decided.answer ? decided.answer->status : 0;
  }
  static field_list bearer(const std::string& key) { return {{"authorization", "Bearer " + key}}; }
  static std::string field(const field_list& fields, std::string_view name) {
    for (const auto& [key, value] : fields) {
      if (key == name) return value;
    }
    return "";
  }

  router routes_;
  options settings_;
  std::optional<gatekeeper> gate_;
  std::chrono::steady_clock::time_point now_{std::chrono::hours(1)};
};

TEST_F(gatekeeper_test, without_keys_lets_everybody_through) {
  EXPECT_EQ(status(ask(method::get, "/recommend")), 0u);
  EXPECT_EQ(status(ask(method::delete_, "/v1/users/7")), 0u);
  EXPECT_EQ(status(ask(method::get, "/recommend", bearer("whatever"))), 0u);
}

TEST_F(gatekeeper_test, without_keys_a_page_of_another_origin_changes_nothing) {
  const field_list foreign{{"host", "localhost:8000"}, {"origin", "https://evil.example"}};
  const field_list own{{"host", "localhost:8000"}, {"origin", "http://localhost:8000"}};
  EXPECT_EQ(status(ask(method::post, "/v1/events", foreign)), 403u);
  EXPECT_EQ(status(ask(method::post, "/v1/events", {{"host", "localhost:8000"}, {"origin", "null"}})), 403u);
  EXPECT_EQ(status(ask(method::delete_, "/v1/users/7", foreign)), 403u);
  EXPECT_EQ(status(ask(method::get, "/recommend", foreign)), 0u) << "which it cannot read";
  EXPECT_EQ(status(ask(method::post, "/v1/events", own)), 0u) << "the page of /docs";
  settings_.cors.allowed_origins = {"https://evil.example"};
  gate_->reconfigure(settings_);
  EXPECT_EQ(status(ask(method::post, "/v1/events", foreign)), 0u) << "allowed by the configuration";
}

TEST_F(gatekeeper_test, asks_for_a_key_wherever_the_route_has_a_scope) {
  with_keys();
  const auto refused = check(ask(method::get, "/recommend")).answer;
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status, 401u);
  EXPECT_EQ(field(refused->headers, "WWW-Authenticate"), "Bearer");
  EXPECT_EQ(status(ask(method::head, "/recommend")), 401u);
  EXPECT_EQ(status(ask(method::post, "/v1/events")), 401u);
  EXPECT_EQ(status(ask(method::get, "/health")), 0u);
}

TEST_F(gatekeeper_test, shows_a_page_with_the_401_to_a_browser_that_has_no_key_yet) {
  with_keys();
  routes_.add({.verb = method::get,
               .pattern = "/dashboard",
               .scope = access_scope::read,
               .handle = [](const exchange_ptr&, const path_parameters&) {},
               .page = dashboard_page});
  const field_list browser{{"accept", "text/html,application/xhtml+xml,*/*;q=0.8"}};
  auto asked = ask(method::get, "/dashboard", browser);
  const auto shown = check(asked).answer;
  ASSERT_TRUE(shown);
  EXPECT_EQ(shown->status, 401u);
  EXPECT_EQ(shown->body, dashboard_page().body);
  EXPECT_EQ(shown->content_type, "text/html; charset=utf-8");
  EXPECT_EQ(field(shown->headers, "WWW-Authenticate"), "Bearer");
  EXPECT_EQ(field(shown->headers, "Content-Security-Policy"), dashboard_page().content_security_policy);
  asked.headers.emplace_back("if-none-match", dashboard_page().etag);
  EXPECT_EQ(check(asked).answer->body, dashboard_page().body) << "a 401 stands for nothing that was kept";

  const auto other = check(ask(method::get, "/dashboard", {{"accept", "*/*"}})).answer;
  ASSERT_TRUE(other);
  EXPECT_EQ(other->content_type, "application/problem+json");
  EXPECT_EQ(check(ask(method::get, "/recommend", browser)).answer->content_type, "application/problem+json");
  EXPECT_EQ(status(ask(method::get, "/dashboard", bearer(boss))), 403u);
  EXPECT_EQ(status(ask(method::get, "/dashboard", bearer(reader))), 0u);
}

TEST_F(gatekeeper_test, takes_the_key_as_bearer_or_as_x_api_key) {
  with_keys();
  EXPECT_EQ(status(ask(method::get, "/recommend", bearer(reader))), 0u);
  EXPECT_EQ(status(ask(method::get, "/recommend", {{"authorization", "bEaReR   " + reader}})), 0u);
  EXPECT_EQ(status(ask(method::get, "/recommend", {{"x-api-key", reader}})), 0u);
}

TEST_F(gatekeeper_test, takes_nothing_but_the_key) {
  with_keys();
  for (const std::string& wrong : {std::string(), reader + "x", reader.substr(1), to_hex(sha256(reader))}) {
    EXPECT_EQ(status(ask(method::get, "/recommend", bearer(wrong))), 401u) << wrong;
    EXPECT_EQ(status(ask(method::get, "/recommend", {{"x-api-key", wrong}})), 401u) << wrong;
  }
  EXPECT_EQ(status(ask(method::get, "/recommend", {{"authorization", "Basic " + reader}})), 401u);
  EXPECT_EQ(status(ask(method::get, "/recommend", {{"authorization", reader}})), 401u);
  EXPECT_EQ(status(ask(method::get, "/recommend?api_key=" + reader)), 401u) << "targets are logged by proxies";
}

TEST_F(gatekeeper_test, never_repeats_what_was_presented) {
  with_keys();
  const auto refused = check(ask(method::get, "/recommend", bearer("a-mistyped-secret"))).answer;
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->body.find("mistyped"), std::string::npos) << refused->body;
}

TEST_F(gatekeeper_test, a_key_opens_its_own_scopes_only) {
  with_keys();
  EXPECT_EQ(status(ask(method::post, "/v1/events", bearer(writer))), 0u);
  EXPECT_EQ(status(ask(method::delete_, "/v1/users/7", bearer(boss))), 0u);
  EXPECT_EQ(status(ask(method::get, "/recommend", bearer(boss))), 403u) << "admin does not contain read";
  const auto refused = check(ask(method::post, "/v1/events", bearer(reader))).answer;
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status, 403u);
  EXPECT_NE(refused->body.find("scope ingest"), std::string::npos) << refused->body;
  EXPECT_EQ(field(refused->headers, "WWW-Authenticate"), "Bearer error=\"insufficient_scope\", scope=\"ingest\"");
}

TEST_F(gatekeeper_test, leaves_what_does_not_exist_to_the_router) {
  with_keys();
  EXPECT_EQ(status(ask(method::get, "/nowhere")), 0u);
  EXPECT_EQ(status(ask(method::put, "/recommend")), 0u);
  EXPECT_EQ(status(ask(method::options, "/recommend")), 0u);
}

TEST_F(gatekeeper_test, lets_the_owner_do_everything) {
  with_keys();
  settings_.rate_limit = {.requests_per_second = 1, .burst = 1};
  settings_.server.admin_port = 9000;
  auto in = ask(method::delete_, "/v1/users/7");
  in.through = entrance::owner;
  EXPECT_EQ(status(in), 0u);
  EXPECT_EQ(status(in), 0u);
}

TEST_F(gatekeeper_test, an_admin_port_keeps_control_routes_to_itself) {
  settings_.server.admin_port = 9000;
  auto in = ask(method::delete_, "/v1/users/7");
  EXPECT_EQ(status(in), 404u);
  in.through = entrance::admin;
  EXPECT_EQ(status(in), 0u);
  in = ask(method::get, "/recommend");
  EXPECT_EQ(status(in), 0u);
  in.through = entrance::admin;
  EXPECT_EQ(status(in), 0u);
}

TEST_F(gatekeeper_test, limits_by_address_and_tells_what_is_left) {
  settings_.rate_limit = {.requests_per_second = 1, .burst = 2};
  auto decided = check(ask(method::get, "/recommend"));
  EXPECT_FALSE(decided.answer);
  EXPECT_EQ(field(decided.fields, "RateLimit-Policy"), "\"requests\";q=2;w=2");
  EXPECT_EQ(field(decided.fields, "RateLimit"), "\"requests\";r=1;t=1");
  EXPECT_EQ(status(ask(method::get, "/recommend")), 0u);
  decided = check(ask(method::get, "/recommend"));
  ASSERT_TRUE(decided.answer);
  EXPECT_EQ(decided.answer->status, 429u);
  EXPECT_EQ(field(decided.answer->headers, "Retry-After"), "1");
  EXPECT_EQ(field(decided.fields, "RateLimit"), "\"requests\";r=0;t=2");
  auto other = ask(method::get, "/recommend");
  other.peer = "10.0.0.8";
  EXPECT_EQ(status(other), 0u);
  now_ += std::chrono::seconds(1);
  EXPECT_EQ(status(ask(method::get, "/recommend")), 0u);
}

TEST_F(gatekeeper_test, probes_are_not_limited_and_paths_that_do_not_exist_are) {
  settings_.rate_limit = {.requests_per_second = 1, .burst = 1};
  for (int i = 0; i < 5; ++i) EXPECT_EQ(status(ask(method::get, "/health")), 0u);
  EXPECT_EQ(status(ask(method::get, "/nowhere")), 0u);
  EXPECT_EQ(status(ask(method::get, "/nowhere")), 429u);
}

TEST_F(gatekeeper_test, limits_by_key_where_there_is_one) {
  with_keys();
  settings_.rate_limit = {.requests_per_second = 1, .burst = 1};
  EXPECT_EQ(status(ask(method::get, "/recommend", bearer(reader))), 0u);
  auto elsewhere = ask(method::get, "/recommend", bearer(reader));
  elsewhere.peer = "10.0.0.8";
  EXPECT_EQ(status(elsewhere), 429u) << "the same key";
  EXPECT_EQ(status(ask(method::get, "/recommend", bearer(writer))), 0u) << "another key, the same address";
}

TEST_F(gatekeeper_test, guesses_of_keys_are_limited_by_address) {
  with_keys();
  settings_.rate_limit = {.requests_per_second = 1, .burst = 2};
  EXPECT_EQ(status(ask(method::get, "/recommend", bearer("guess-number-one"))), 401u);
  EXPECT_EQ(status(ask(method::get, "/recommend", bearer("guess-number-two"))), 401u);
  EXPECT_EQ(status(ask(method::get, "/recommend", bearer("guess-number-three"))), 429u);
}

TEST_F(gatekeeper_test, takes_over_keys_limits_and_origins) {
  with_keys();
  EXPECT_EQ(status(ask(method::get, "/recommend", bearer(reader))), 0u);
  settings_.security.api_keys.erase("reader");
  settings_.rate_limit = {.requests_per_second = 1, .burst = 1};
  settings_.cors.allowed_origins = {"https://shop.example"};
  gate_->reconfigure(settings_);
  const auto decided =
      check(ask(method::get, "/recommend", {{"x-api-key", reader}, {"origin", "https://shop.example"}}));
  ASSERT_TRUE(decided.answer);
  EXPECT_EQ(decided.answer->status, 401u);
  EXPECT_EQ(field(decided.fields, "Access-Control-Allow-Origin"), "https://shop.example");
  EXPECT_EQ(field(decided.fields, "RateLimit"), "\"requests\";r=0;t=1");
  settings_.cors.allowed_origins.clear();
  gate_->reconfigure(settings_);
  EXPECT_EQ(status(ask(method::get, "/recommend", bearer(writer))), 0u);
  EXPECT_EQ(status(ask(method::get, "/recommend", bearer(writer))), 429u) << "the buckets stay where the limit does";
}

TEST_F(gatekeeper_test, answers_a_preflight_without_a_key) {
  with_keys();
  settings_.cors.allowed_origins = {"https://shop.example"};
  const auto decided = check(ask(method::options, "/v1/events",
                                 {{"origin", "https://shop.example"}, {"access-control-request-method", "POST"}}));
  ASSERT_TRUE(decided.answer);
  EXPECT_EQ(decided.answer->status, 204u);
  EXPECT_EQ(field(decided.answer->headers, "Access-Control-Allow-Methods"), "POST, OPTIONS");
  EXPECT_NE(field(decided.answer->headers, "Access-Control-Allow-Headers").find("Authorization"), std::string::npos);
  EXPECT_EQ(field(decided.fields, "Access-Control-Allow-Origin"), "https://shop.example");
}

}  // namespace
}  // namespace freshet::http

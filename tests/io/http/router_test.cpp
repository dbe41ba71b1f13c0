#include "io/http/router.hpp"

#include <gtest/gtest.h>

#include "tests/support/recording_exchange.hpp"

namespace freshet::http {
namespace {

using freshet::testing::make_request;
using freshet::testing::recording_exchange;

struct routed {
  std::string pattern;
  response answer;
};

class router_test : public ::testing::Test {
 protected:
  void add(method verb, const std::string& pattern, bool bulk = false) {
    routes_.add({verb, pattern, access_scope::read, bulk,
                 [name = std::string(to_string(verb)) + " " + pattern](const exchange_ptr& call,
                                                                       const path_parameters& parameters) {
                   response out{.status = 200, .content_type = "text/plain", .body = name, .headers = {}};
                   for (const auto& value : parameters) out.body += "|" + value;
                   call->answer(std::move(out));
                 }});
  }
  routed send(method verb, std::string_view target) {
    const auto call = std::make_shared<recording_exchange>(make_request(verb, target));
    const std::string pattern(routes_.dispatch(call));
    EXPECT_TRUE(call->answer().has_value());
    return {pattern, call->answer().value_or(response{})};
  }
  static std::string field(const response& out, std::string_view name) {
    for (const auto& [key, value] : out.headers) {
      if (key == name) return value;
    }
    return "";
  }

  router routes_;
};

TEST_F(router_test, calls_the_handler_of_method_and_path) {
  add(method::get, "/recommend");
  add(method::post, "/recommend");
  EXPECT_EQ(send(method::get, "/recommend?user_id=1").answer.body, "GET /recommend");
  EXPECT_EQ(send(method::post, "/recommend").answer.body, "POST /recommend");
  EXPECT_EQ(send(method::post, "/recommend").pattern, "/recommend");
}

TEST_F(router_test, decodes_placeholders_once) {
  add(method::get, "/v1/users/{id}/because/{item}");
  EXPECT_EQ(send(method::get, "/v1/users/a%20b/because/x").answer.body, "GET /v1/users/{id}/because/{item}|a b|x");
  EXPECT_EQ(send(method::get, "/v1/users/a%2Fb/because/%252F").answer.body,
            "GET /v1/users/{id}/because/{item}|a/b|%2F");
}

TEST_F(router_test, a_placeholder_stands_for_one_segment_that_is_not_empty) {
  add(method::get, "/v1/users/{id}");
  EXPECT_EQ(send(method::get, "/v1/users/").answer.status, 404u);
  EXPECT_EQ(send(method::get, "/v1/users/a/b").answer.status, 404u);
  EXPECT_EQ(send(method::get, "/v1/users/a/").answer.status, 404u);
}

TEST_F(router_test, a_literal_wins_over_a_placeholder_whatever_the_order_of_adding) {
  add(method::get, "/v1/models/{id}");
  add(method::get, "/v1/models/current");
  add(method::get, "/v1/{kind}/{id}/similar");
  add(method::get, "/v1/items/{id}/similar");
  EXPECT_EQ(send(method::get, "/v1/models/current").pattern, "/v1/models/current");
  EXPECT_EQ(send(method::get, "/v1/models/m1").pattern, "/v1/models/{id}");
  EXPECT_EQ(send(method::get, "/v1/items/7/similar").pattern, "/v1/items/{id}/similar");
}

TEST_F(router_test, head_is_wherever_get_is) {
  add(method::get, "/health");
  add(method::post, "/v1/events");
  EXPECT_EQ(send(method::head, "/health").answer.body, "GET /health");
  EXPECT_EQ(send(method::head, "/v1/events").answer.status, 405u);
}

TEST_F(router_test, another_method_is_405_with_allow) {
  add(method::get, "/v1/items/{id}");
  add(method::delete_, "/v1/items/{id}");
  const auto refused = send(method::post, "/v1/items/7");
  EXPECT_EQ(refused.answer.status, 405u);
  EXPECT_EQ(field(refused.answer, "Allow"), "GET, HEAD, DELETE, OPTIONS");
  EXPECT_EQ(refused.answer.content_type, "application/problem+json");
  EXPECT_EQ(send(method::other, "/v1/items/7").answer.status, 405u);
}

TEST_F(router_test, options_names_the_methods) {
  add(method::post, "/recommend");
  const auto out = send(method::options, "/recommend").answer;
  EXPECT_EQ(out.status, 204u);
  EXPECT_EQ(field(out, "Allow"), "POST, OPTIONS");
  EXPECT_EQ(send(method::options, "*").answer.status, 204u);
}

TEST_F(router_test, an_unknown_path_is_404_and_has_no_pattern) {
  add(method::get, "/health");
  const auto missing = send(method::get, "/health/");
  EXPECT_EQ(missing.answer.status, 404u);
  EXPECT_EQ(missing.pattern, "");
}

TEST_F(router_test, a_match_tells_the_properties_of_the_route_before_it_is_called) {
  add(method::post, "/v1/events", true);
  add(method::post, "/v1/users/{id}/events", true);
  add(method::get, "/v1/events");
  ASSERT_NE(routes_.match(method::post, "/v1/events"), nullptr);
  EXPECT_TRUE(routes_.match(method::post, "/v1/events")->bulk);
  EXPECT_TRUE(routes_.match(method::post, "/v1/users/7/events")->bulk);
  EXPECT_FALSE(routes_.match(method::get, "/v1/events")->bulk);
  EXPECT_EQ(routes_.match(method::head, "/v1/events")->verb, method::get);
  EXPECT_EQ(routes_.match(method::delete_, "/v1/events"), nullptr);
  EXPECT_EQ(routes_.match(method::post, "/nowhere"), nullptr);
}

}  // namespace
}  // namespace freshet::http

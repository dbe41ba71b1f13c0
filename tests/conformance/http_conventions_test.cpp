// The conventions for every endpoint: problems, status codes, methods, correlation, limits, compression.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/conformance/served_shop.hpp"
#include "tests/conformance/shape.hpp"
#include "tests/support/raw_connection.hpp"

namespace freshet::testing {
namespace {

using http::method;

service_process& service() {
  return shop_of_texts().service();
}

raw_answer exchange(const std::string& bytes, bool to_head = false) {
  raw_connection connection(service().port());
  connection.send(bytes);
  const auto answer = connection.read_answer(to_head);
  return answer.value_or(raw_answer{});
}

TEST(http_problems, are_one_body_for_both_conventions) {
  const auto answer = service().send(method::get, "/recommend?user_id=u1&k=0", {{"X-Request-Id", "abc-1"}});
  EXPECT_EQ(answer.status, 400U);
  EXPECT_EQ(answer.raw.content_type, "application/problem+json");
  expect_problem(answer.body, 400, "k");
  EXPECT_EQ(answer.body.at("title"), "Bad Request");
  EXPECT_EQ(answer.body.at("instance"), "/recommend");
  EXPECT_EQ(answer.body.at("request_id"), "abc-1");
}

TEST(http_problems, of_surface_b_list_their_complaints) {
  const auto answer = service().post("/recommend", R"({"topk": 0})");
  EXPECT_EQ(answer.status, 422U);
  expect_shape(answer.body, R"({"detail": [{"loc": ["string"], "msg": "string", "type": "string"}],
      "type": "string", "title": "string", "status": "integer", "instance": "string", "request_id": "string"})");
}

TEST(http_status, of_each_kind_of_refusal_is_the_documented_one) {
  EXPECT_EQ(service().get("/nowhere").status, 404U);
  EXPECT_EQ(service().get("/recommend?user_id=nobody").status, 404U);
  EXPECT_EQ(service().get("/recommend").status, 422U);
  const auto wrong_method = service().send(method::put, "/recommend");
  EXPECT_EQ(wrong_method.status, 405U);
  EXPECT_NE(field_of(wrong_method, "Allow").find("GET"), std::string::npos);
  EXPECT_EQ(service().post("/recommend", "<a/>", "application/xml").status, 415U);
  EXPECT_EQ(service().get("/recommend?user_id=" + std::string(9'000, 'a')).status, 414U);
  EXPECT_EQ(service().send(method::get, "/livez", {{"X-Long", std::string(17'000, 'a')}}).status, 431U);
  EXPECT_EQ(service().post("/recommend", std::string(1'100'000, ' ')).status, 413U);
  EXPECT_EQ(service().post("/v1/events", std::string(1'100'000, ' ')).status, 400U) << "a bulk route takes 10 MiB";
  EXPECT_EQ(exchange("POST /v1/events HTTP/1.1\r\nHost: a\r\nContent-Length: 10485761\r\n\r\n").status, 413);
  EXPECT_EQ(exchange("POST /recommend HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n").status, 501);
  EXPECT_EQ(exchange("GET / HTTP/3.0\r\nHost: a\r\n\r\n").status, 505);
  EXPECT_EQ(exchange("GET /recommend\r\n\r\n").status, 400);
}

TEST(http_status, of_a_request_that_never_ends_is_408) {
  served_shop shop(shop_ids::texts, "server:\n  header_deadline_ms: 200\n  body_deadline_ms: 200\n", false);
  raw_connection header(shop.service().port());
  header.send("GET /livez HTTP/1.1\r\n");
  EXPECT_EQ(header.read_answer()->status, 408);
  raw_connection body(shop.service().port());
  body.send("POST /recommend HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n{");
  EXPECT_EQ(body.read_answer()->status, 408);
}

TEST(http_status, of_an_uninitialised_service_is_503_with_retry_after) {
  served_shop shop(shop_ids::texts, "", false);
  const auto answer = shop.service().get("/recommend?user_id=u1");
  EXPECT_EQ(answer.status, 503U);
  EXPECT_FALSE(field_of(answer, "Retry-After").empty());
  EXPECT_EQ(shop.service().post("/v1/recommend", R"({"user_id": "u1"})").status, 200U) << "popularity at least";
}

TEST(http_correlation, echoes_an_acceptable_id_and_makes_one_otherwise) {
  const auto echoed = [](const std::string& id) {
    return field_of(service().send(method::get, "/livez", {{"X-Request-Id", id}}), "X-Request-Id");
  };
  EXPECT_EQ(echoed("order-77"), "order-77");
  EXPECT_NE(echoed(std::string(129, 'a')), std::string(129, 'a'));
  const auto first = field_of(service().get("/livez"), "X-Request-Id");
  EXPECT_FALSE(first.empty());
  EXPECT_NE(first, field_of(service().get("/livez"), "X-Request-Id"));
}

TEST(http_methods, answer_head_wherever_get_is) {
  for (const auto* target : {"/health", "/metrics", "/recommend?user_id=u1", "/model_info"}) {
    const auto head = exchange("HEAD " + std::string(target) + " HTTP/1.1\r\nHost: a\r\n\r\n", true);
    EXPECT_EQ(head.status, 200) << target;
    EXPECT_NE(head.header("content-length"), "") << target;
  }
}

TEST(http_methods, are_told_by_options) {
  const auto answer = service().send(method::options, "/recommend");
  EXPECT_TRUE(answer.status == 200 || answer.status == 204) << answer.status;
  for (const auto* verb : {"GET", "HEAD", "POST", "OPTIONS"}) {
    EXPECT_NE(field_of(answer, "Allow").find(verb), std::string::npos) << verb;
  }
}

TEST(http_methods, are_shared_with_no_other_origin_by_default) {
  const auto answer = service().send(method::get, "/health", {{"Origin", "https://shop.example"}});
  EXPECT_EQ(field_of(answer, "Access-Control-Allow-Origin"), "");
}

TEST(http_compression, is_used_above_a_kilobyte_where_it_is_accepted) {
  const std::string large = "GET /recommend?user_id=u1&k=50 HTTP/1.1\r\nHost: a\r\n";
  const auto zipped = exchange(large + "Accept-Encoding: gzip\r\n\r\n");
  EXPECT_EQ(zipped.header("content-encoding"), "gzip");
  EXPECT_TRUE(zipped.body.starts_with("\x1f\x8b"));
  EXPECT_EQ(exchange(large + "\r\n").header("content-encoding"), "");
  EXPECT_EQ(exchange("GET /livez HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n").header("content-encoding"), "");
}

}  // namespace
}  // namespace freshet::testing

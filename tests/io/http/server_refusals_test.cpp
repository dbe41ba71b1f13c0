// What a client gets that breaks a rule or a limit, over real sockets; the rules one by one are in
// request_parser_test.cpp.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "core/base/random.hpp"
#include "io/http/server.hpp"
#include "tests/support/http_test_server.hpp"

namespace freshet::http {
namespace {

using freshet::testing::http_test_server;
using freshet::testing::raw_answer;
using freshet::testing::raw_connection;
using std::chrono::milliseconds;
using ::testing::HasSubstr;

constexpr const char* good_request = "GET /good HTTP/1.1\r\nHost: test\r\n\r\n";

void expect_problem(const std::optional<raw_answer>& answer, int status) {
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, status);
  EXPECT_EQ(answer->header("content-type"), "application/problem+json");
  EXPECT_EQ(answer->header("connection"), "close");
  const auto body = boost::json::parse(answer->body);
  EXPECT_EQ(body.at("status"), status);
  EXPECT_EQ(body.at("request_id").as_string(), answer->header("x-request-id"));
}

TEST(server_refusals, each_is_a_problem_and_ends_the_connection) {
  http_test_server server;
  const std::vector<std::pair<std::string, int>> cases{
      {"GET / HTTP/1.1\r\n\r\n", 400},
      {"GET /" + std::string(9000, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n", 414},
      {"GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(20'000, 'a') + "\r\n\r\n", 431},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1048577\r\n\r\n", 413},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n100001\r\n", 413},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 501},
      {"GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505},
      {"POST / HTTP/1.1\r\nHost: a\r\nExpect: tea\r\nContent-Length: 1\r\n\r\n", 417},
  };
  for (const auto& [bytes, status] : cases) {
    SCOPED_TRACE(status);
    auto connection = server.connect();
    connection.send(bytes);
    expect_problem(connection.read_answer(), status);
    EXPECT_TRUE(connection.ends());
  }
}

TEST(server_refusals, the_requests_before_are_answered_first_and_those_behind_never) {
  http_test_server server;
  auto connection = server.connect();
  connection.send(std::string(good_request) + "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n" + good_request);
  EXPECT_EQ(connection.read_answer()->status, 200);
  expect_problem(connection.read_answer(), 400);
  EXPECT_TRUE(connection.ends());
  EXPECT_EQ(server.done(), 2u);
}

TEST(server_refusals, the_answer_arrives_although_the_client_goes_on_sending) {
  http_test_server server;
  auto connection = server.connect();
  connection.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3000000\r\n\r\n");
  for (int i = 0; i < 3 && connection.send(std::string(1'000'000, 'x')); ++i) {
  }
  expect_problem(connection.read_answer(), 413);
}

TEST(server_refusals, bodies_of_all_connections_share_a_budget) {
  http_test_server::settings chosen;
  chosen.limits.body_bytes_max = 10'000;
  chosen.limits.bulk_body_bytes_max = 1'000;  // the budget is 32 of these
  freshet::testing::call_basket calls;
  http_test_server server([&](exchange_ptr call) { calls.put(std::move(call)); }, chosen);
  std::vector<raw_connection> connections;
  const std::string request = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10000\r\n\r\n" + std::string(10'000, 'x');
  for (int i = 0; i < 3; ++i) {
    connections.push_back(server.connect());
    connections.back().send(request);
  }
  auto held = calls.take(3);
  auto refused = server.connect();
  refused.send(request);
  expect_problem(refused.read_answer(), 503);
  // What is answered and let go makes room.
  held.front()->answer(freshet::testing::text("done"));
  held.clear();
  for (auto& connection : connections) EXPECT_TRUE(connection.read_answer());
  auto accepted = server.connect();
  accepted.send(request);
  calls.take(1).front()->answer(freshet::testing::text("taken"));
  EXPECT_EQ(accepted.read_answer()->status, 200);
}

TEST(server_refusals, whatever_is_changed_in_a_request_the_next_client_is_served) {
  const std::uint64_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  random_source random(seed);
  http_test_server::settings chosen;
  chosen.limits.header_deadline = chosen.limits.body_deadline = milliseconds(2'000);
  http_test_server server(freshet::testing::answer_echo, chosen);
  const std::vector<std::string> valid{
      good_request, "POST /a?b=c HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\n\r\nhello",
      "POST /b HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
      "PUT /c HTTP/1.0\r\nConnection: keep-alive\r\nAccept-Encoding: gzip;q=1\r\nContent-Length: 1\r\n\r\nx",
      "HEAD /d HTTP/1.1\r\nHost: test\r\nX-Request-Id: me\r\ntraceparent: 00-1-2-3\r\n\r\n"};
  for (int round = 0; round < 3'000; ++round) {
    std::string bytes = valid[random.below(valid.size())] + valid[random.below(valid.size())];
    for (auto changes = 1 + random.below(4); changes > 0; --changes) {
      const auto at = random.below(bytes.size());
      switch (random.below(4)) {
        case 0:
          bytes[at] = static_cast<char>(random.below(256));
          break;
        case 1:
          bytes.erase(at, 1 + random.below(8));
          break;
        case 2:
          bytes.insert(at, bytes.substr(random.below(bytes.size()), random.below(20)));
          break;
        default:
          bytes.insert(at, 1, "\r\n :;0aZ\t\0"[random.below(10)]);
      }
      if (bytes.empty()) bytes = "x";
    }
    auto connection = server.connect();
    ASSERT_TRUE(connection.connected());
    connection.send(bytes);
    connection.finish_sending();
    const auto received = connection.read_to_end();
    ASSERT_TRUE(received) << "the server neither answers nor closes: " << bytes;
    ASSERT_TRUE(received->empty() || received->starts_with("HTTP/1.1 ")) << bytes;
    if (round % 100 == 0) {
      auto next = server.connect();
      next.send(good_request);
      ASSERT_TRUE(next.read_answer());
    }
  }
  auto next = server.connect();
  next.send(good_request);
  EXPECT_EQ(next.read_answer()->body, "GET /good ");
}

}  // namespace
}  // namespace freshet::http

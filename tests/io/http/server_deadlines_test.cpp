#include <gtest/gtest.h>

#include <thread>

#include "io/http/server.hpp"
#include "tests/support/http_test_server.hpp"

namespace freshet::http {
namespace {

using freshet::testing::call_basket;
using freshet::testing::http_test_server;
using freshet::testing::raw_connection;
using freshet::testing::text;
using std::chrono::milliseconds;

constexpr const char* good_request = "GET / HTTP/1.1\r\nHost: test\r\n\r\n";

/// Each deadline alone is short, so that the one under test is the one that strikes.
server_options long_deadlines() {
  server_options limits;
  limits.header_deadline = limits.body_deadline = limits.write_deadline = limits.idle_deadline = milliseconds(60'000);
  return limits;
}

/// Sends `bytes` again and again, slower than they are waited for, until the server has had enough.
std::optional<freshet::testing::raw_answer> trickle(raw_connection& connection, std::string_view bytes) {
  for (int i = 0; i < 2'000; ++i) {
    if (!connection.send(bytes)) break;
    std::this_thread::sleep_for(milliseconds(5));
    if (i % 20 == 19 && connection.has_input()) break;
  }
  return connection.read_answer();
}

TEST(server_deadlines, a_header_that_trickles_in_is_408) {
  auto limits = long_deadlines();
  limits.header_deadline = milliseconds(100);
  http_test_server server(freshet::testing::answer_echo, {.limits = limits});
  auto connection = server.connect();
  connection.send("GET / HTTP/1.1\r\nHost: test\r\n");
  const auto answer = trickle(connection, "X: y\r\n");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 408);
  EXPECT_EQ(answer->header("connection"), "close");
}

TEST(server_deadlines, a_body_that_trickles_in_is_408) {
  auto limits = long_deadlines();
  limits.body_deadline = milliseconds(100);
  http_test_server server(freshet::testing::answer_echo, {.limits = limits});
  auto connection = server.connect();
  connection.send("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 1000000\r\n\r\n");
  const auto answer = trickle(connection, "x");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 408);
}

TEST(server_deadlines, a_second_header_has_a_deadline_of_its_own) {
  auto limits = long_deadlines();
  limits.header_deadline = milliseconds(600);
  http_test_server server(freshet::testing::answer_echo, {.limits = limits});
  auto connection = server.connect();
  for (int i = 0; i < 3; ++i) {
    connection.send(good_request);
    ASSERT_TRUE(connection.read_answer());
    std::this_thread::sleep_for(milliseconds(250));
  }
  connection.send("GET /half");
  EXPECT_EQ(connection.read_answer()->status, 408);
}

TEST(server_deadlines, a_client_that_never_says_anything_is_closed_without_an_answer) {
  auto limits = long_deadlines();
  limits.header_deadline = milliseconds(50);
  http_test_server server(freshet::testing::answer_echo, {.limits = limits});
  EXPECT_TRUE(server.connect().ends());
}

TEST(server_deadlines, a_connection_that_falls_silent_is_closed_without_an_answer) {
  auto limits = long_deadlines();
  limits.idle_deadline = milliseconds(50);
  http_test_server server(freshet::testing::answer_echo, {.limits = limits});
  auto connection = server.connect();
  connection.send(good_request);
  EXPECT_TRUE(connection.read_answer());
  EXPECT_TRUE(connection.ends());
}

TEST(server_deadlines, a_client_that_does_not_read_its_answer_is_closed) {
  auto limits = long_deadlines();
  limits.write_deadline = milliseconds(100);
  http_test_server server([](const exchange_ptr& call) { call->answer(text(std::string(30'000'000, 'x'))); },
                          {.limits = limits});
  auto connection = server.connect();
  connection.shrink_receive_buffer();
  connection.send(good_request);
  EXPECT_TRUE(server.eventually([&] { return server.done() == 1 && server.get().connections() == 0; }));
}

TEST(server_deadlines, the_application_may_take_its_time) {
  server_options limits;
  limits.header_deadline = limits.body_deadline = limits.write_deadline = limits.idle_deadline = milliseconds(300);
  call_basket calls;
  http_test_server server([&](exchange_ptr call) { calls.put(std::move(call)); }, {.limits = limits});
  auto connection = server.connect();
  connection.send(good_request);
  auto waiting = calls.take(1);
  std::this_thread::sleep_for(milliseconds(900));
  waiting.front()->answer(text("slow"));
  EXPECT_EQ(connection.read_answer()->body, "slow");
}

TEST(server_deadlines, hundreds_of_slow_clients_do_not_keep_out_a_quick_one) {
  auto limits = long_deadlines();
  limits.header_deadline = milliseconds(1000);
  limits.connections_max = 300;
  http_test_server server(freshet::testing::answer_echo, {.limits = limits});
  std::vector<raw_connection> slow;
  for (int i = 0; i < 250; ++i) {
    slow.push_back(server.connect());
    slow.back().send("GET / HT");
  }
  auto quick = server.connect();
  quick.send(good_request);
  EXPECT_EQ(quick.read_answer()->status, 200);
  for (auto& connection : slow) EXPECT_EQ(connection.read_answer()->status, 408);
}

}  // namespace
}  // namespace freshet::http

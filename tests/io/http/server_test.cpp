#include "io/http/server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <thread>

#include "tests/support/http_test_server.hpp"

namespace freshet::http {
namespace {

using freshet::testing::call_basket;
using freshet::testing::http_test_server;
using freshet::testing::raw_answer;
using freshet::testing::text;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

std::string get(const std::string& target, const std::string& fields = "") {
  return "GET " + target + " HTTP/1.1\r\nHost: test\r\n" + fields + "\r\n";
}

TEST(server, answers_a_request) {
  http_test_server server;
  auto connection = server.connect();
  connection.send(get("/a?b=c"));
  const auto answer = connection.read_answer();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body, "GET /a?b=c ");
  EXPECT_EQ(answer->header("content-type"), "text/plain");
  EXPECT_THAT(answer->header("date"), MatchesRegex("[A-Z][a-z][a-z], [0-9][0-9] [A-Z][a-z][a-z] 20.. ..:..:.. GMT"));
  EXPECT_EQ(answer->header("connection"), "");
}

TEST(server, keeps_the_connection_for_the_next_request) {
  http_test_server server;
  auto connection = server.connect();
  for (int i = 0; i < 50; ++i) {
    connection.send(get("/" + std::to_string(i)));
    const auto answer = connection.read_answer();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->body, "GET /" + std::to_string(i) + " ");
  }
  EXPECT_EQ(server.get().connections(), 1u);
}

TEST(server, closes_the_connection_when_the_client_says_so) {
  http_test_server server;
  auto connection = server.connect();
  connection.send(get("/", "Connection: close\r\n"));
  EXPECT_EQ(connection.read_answer()->header("connection"), "close");
  EXPECT_TRUE(connection.ends());
}

TEST(server, http_1_0_closes_unless_it_asks_for_more) {
  http_test_server server;
  auto once = server.connect();
  once.send("GET / HTTP/1.0\r\n\r\n");
  EXPECT_EQ(once.read_answer()->header("connection"), "close");
  EXPECT_TRUE(once.ends());
  auto kept = server.connect();
  for (int i = 0; i < 2; ++i) {
    kept.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    const auto answer = kept.read_answer();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->header("connection"), "keep-alive");
  }
}

TEST(server, pipelined_answers_come_in_the_order_of_the_requests) {
  call_basket calls;
  http_test_server server([&](exchange_ptr call) { calls.put(std::move(call)); });
  auto connection = server.connect();
  constexpr std::size_t count = 8;
  std::string requests;
  for (std::size_t i = 0; i < count; ++i) requests += get("/" + std::to_string(i));
  connection.send(requests);
  auto waiting = calls.take(count);
  // Answered in the opposite order, each on a thread of its own.
  for (std::size_t i = count; i-- > 0;) std::thread([&] { waiting[i]->answer(text(waiting[i]->in().path)); }).join();
  for (std::size_t i = 0; i < count; ++i) {
    const auto answer = connection.read_answer();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->body, "/" + std::to_string(i));
  }
}

TEST(server, pipelining_is_bounded_and_goes_on_when_answers_leave) {
  call_basket calls;
  http_test_server server([&](exchange_ptr call) { calls.put(std::move(call)); });
  auto connection = server.connect();
  constexpr std::size_t count = 100;
  std::string requests;
  for (std::size_t i = 0; i < count; ++i) requests += get("/" + std::to_string(i));
  connection.send(requests);
  std::size_t answered = 0;
  while (answered < count) {
    auto waiting = calls.take(1);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    EXPECT_LE(waiting.size() + calls.size(), 16u);
    for (const auto& call : waiting) call->answer(text(call->in().path));
    for (std::size_t i = 0; i < waiting.size(); ++i, ++answered) {
      const auto answer = connection.read_answer();
      ASSERT_TRUE(answer);
      EXPECT_EQ(answer->body, "/" + std::to_string(answered));
    }
  }
}

TEST(server, many_threads_answer_many_connections) {
  http_test_server server(
      [](exchange_ptr call) {
        std::thread([call = std::move(call)] { freshet::testing::answer_echo(call); }).detach();
      },
      {.io_threads = 2});
  std::vector<std::thread> clients;
  std::atomic<int> right{0};
  for (int c = 0; c < 8; ++c) {
    clients.emplace_back([&, c] {
      auto connection = server.connect();
      for (int i = 0; i < 50; ++i) {
        const std::string target = "/" + std::to_string(c) + "/" + std::to_string(i);
        connection.send(get(target));
        const auto answer = connection.read_answer();
        if (answer && answer->body == "GET " + target + " ") ++right;
      }
    });
  }
  for (auto& client : clients) client.join();
  EXPECT_EQ(right, 400);
  EXPECT_TRUE(server.eventually([&] { return server.done() == 400; }));
}

TEST(server, head_has_the_length_of_get_and_no_body) {
  http_test_server server([](const exchange_ptr& call) { call->answer(text("0123456789")); });
  auto connection = server.connect();
  connection.send("HEAD / HTTP/1.1\r\nHost: test\r\n\r\n" + get("/"));
  const auto head = connection.read_answer(true);
  ASSERT_TRUE(head);
  EXPECT_EQ(head->header("content-length"), "10");
  EXPECT_EQ(connection.read_answer()->body, "0123456789");
}

TEST(server, a_body_arrives_whole_however_it_is_sent) {
  http_test_server server;
  auto connection = server.connect();
  connection.send("POST /fixed HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\n\r\nhello");
  EXPECT_EQ(connection.read_answer()->body, "POST /fixed hello");
  connection.send(
      "POST /chunked HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n"
      "5;name=value\r\nhello\r\n1\r\n \r\n5\r\nworld\r\n0\r\nTrailer: dropped\r\n\r\n");
  EXPECT_EQ(connection.read_answer()->body, "POST /chunked hello world");
  const std::string trickled =
      "POST /slow HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
  for (const char c : trickled) connection.send({&c, 1});
  EXPECT_EQ(connection.read_answer()->body, "POST /slow abc");
}

TEST(server, a_large_body_passes_on_a_bulk_route_only) {
  http_test_server::settings chosen;
  chosen.limits.body_bytes_max = 1000;
  chosen.limits.bulk_body_bytes_max = 3'000'000;
  chosen.accepts_bulk = [](method verb, std::string_view path) { return verb == method::post && path == "/bulk"; };
  http_test_server server([](const exchange_ptr& call) { call->answer(text(std::to_string(call->in().body.size()))); },
                          chosen);
  const std::string body(2'500'000, 'b');
  auto connection = server.connect();
  connection.send("POST /bulk HTTP/1.1\r\nHost: test\r\nContent-Length: 2500000\r\n\r\n" + body);
  EXPECT_EQ(connection.read_answer()->body, "2500000");
  connection.send("POST /other HTTP/1.1\r\nHost: test\r\nContent-Length: 2500000\r\n\r\n");
  EXPECT_EQ(connection.read_answer()->status, 413);
  EXPECT_TRUE(connection.ends());
}

TEST(server, large_answers_arrive_whole_among_small_ones) {
  http_test_server server([](const exchange_ptr& call) {
    call->answer(text(std::string(std::stoul(std::string(*call->in().parameter("n"))), 'x')));
  });
  auto connection = server.connect();
  const std::vector<std::size_t> sizes{10, 5'000'000, 20, 100'000, 9'000, 0, 30};
  std::string requests;
  for (const auto size : sizes) requests += get("/?n=" + std::to_string(size));
  connection.send(requests);
  for (const auto size : sizes) {
    const auto answer = connection.read_answer();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->body, std::string(size, 'x'));
  }
}

TEST(server, expect_100_continue_is_answered_before_the_body) {
  http_test_server server;
  auto connection = server.connect();
  connection.send("POST /a HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
  EXPECT_EQ(connection.read_answer()->status, 100);
  connection.send("abc");
  EXPECT_EQ(connection.read_answer()->body, "POST /a abc");
}

TEST(server, expect_100_continue_waits_for_the_answers_before_it) {
  call_basket calls;
  http_test_server server([&](exchange_ptr call) { calls.put(std::move(call)); });
  auto connection = server.connect();
  connection.send(get("/first") +
                  "POST /second HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
  calls.take(1).front()->answer(text("first"));
  EXPECT_EQ(connection.read_answer()->body, "first");
  EXPECT_EQ(connection.read_answer()->status, 100);
  connection.send("abc");
  calls.take(1).front()->answer(text("second"));
  EXPECT_EQ(connection.read_answer()->body, "second");
}

TEST(server, expect_100_continue_is_refused_when_the_body_would_be) {
  http_test_server server;
  auto connection = server.connect();
  connection.send("POST /a HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\nContent-Length: 99999999\r\n\r\n");
  EXPECT_EQ(connection.read_answer()->status, 413);
}

std::string gunzip(const std::string& packed) {
  z_stream stream{};
  inflateInit2(&stream, 15 + 16);
  std::string out(1 << 20, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

TEST(server, gzip_is_used_when_the_client_takes_it_and_it_pays) {
  std::string body;
  for (int i = 0; i < 200; ++i) body += "item " + std::to_string(i) + ", ";
  http_test_server server(
      [&](const exchange_ptr& call) { call->answer(text(call->in().path == "/small" ? body.substr(0, 1024) : body)); });
  auto connection = server.connect();
  connection.send(get("/", "Accept-Encoding: br, gzip;q=0.5\r\n"));
  const auto packed = connection.read_answer();
  ASSERT_TRUE(packed);
  EXPECT_EQ(packed->header("content-encoding"), "gzip");
  EXPECT_EQ(packed->header("vary"), "Accept-Encoding");
  EXPECT_LT(packed->body.size(), body.size());
  EXPECT_EQ(gunzip(packed->body), body);
  for (const std::string refused : {"", "Accept-Encoding: gzip;q=0\r\n", "Accept-Encoding: br\r\n"}) {
    connection.send(get("/", refused));
    const auto plain = connection.read_answer();
    EXPECT_EQ(plain->header("content-encoding"), "") << refused;
    EXPECT_EQ(plain->body, body);
  }
  connection.send(get("/small", "Accept-Encoding: gzip\r\n"));
  EXPECT_EQ(connection.read_answer()->header("content-encoding"), "");
}

TEST(server, the_request_id_is_echoed_or_made) {
  http_test_server server([](const exchange_ptr& call) { call->answer(text(call->in().request_id)); });
  auto connection = server.connect();
  connection.send(get("/", "X-Request-Id: mine-42\r\n"));
  const auto echoed = connection.read_answer();
  EXPECT_EQ(echoed->header("x-request-id"), "mine-42");
  EXPECT_EQ(echoed->body, "mine-42");
  connection.send(get("/", "X-Request-Id: " + std::string(129, 'x') + "\r\n"));
  const auto made = connection.read_answer();
  EXPECT_THAT(made->body, MatchesRegex("[0-9a-f]+"));
  EXPECT_EQ(made->header("x-request-id"), made->body);
  connection.send("BROKEN\r\n\r\n");
  EXPECT_FALSE(connection.read_answer()->header("x-request-id").empty());
}

TEST(server, an_exchange_that_is_dropped_answers_500) {
  http_test_server server([](const exchange_ptr&) {});
  auto connection = server.connect();
  for (int i = 0; i < 2; ++i) {
    connection.send(get("/lost"));
    const auto answer = connection.read_answer();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 500);
    EXPECT_EQ(answer->header("content-type"), "application/problem+json");
  }
}

TEST(server, a_handler_that_throws_answers_500) {
  http_test_server server([](const exchange_ptr&) { throw std::runtime_error("secret"); });
  auto connection = server.connect();
  connection.send(get("/"));
  const auto answer = connection.read_answer();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 500);
  EXPECT_EQ(answer->body.find("secret"), std::string::npos);
}

TEST(server, only_the_first_answer_counts) {
  http_test_server server([](const exchange_ptr& call) {
    call->answer(text("first"));
    call->answer(text("second"));
  });
  auto connection = server.connect();
  connection.send(get("/") + get("/"));
  EXPECT_EQ(connection.read_answer()->body, "first");
  EXPECT_EQ(connection.read_answer()->body, "first");
}

TEST(server, headers_of_the_application_cannot_end_their_line) {
  http_test_server server([](const exchange_ptr& call) {
    response out = text("ok");
    out.headers = {{"X-Note", "a\r\nSet-Cookie: b"}, {"Content-Length", "9999"}};
    call->answer(std::move(out));
  });
  auto connection = server.connect();
  connection.send(get("/"));
  const auto answer = connection.read_answer();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->header("x-note"), "a  Set-Cookie: b");
  EXPECT_EQ(answer->body, "ok");
}

TEST(server, the_header_alone_can_be_answered) {
  http_test_server::settings chosen;
  chosen.on_header = [](const request& in) -> header_decision {
    if (in.header("authorization")) return {.answer = std::nullopt, .fields = {{"X-Checked", "yes"}}};
    return {.answer = response{.status = 401, .content_type = "text/plain", .body = "no key", .headers = {}},
            .fields = {{"X-Checked", "no"}}};
  };
  http_test_server server(freshet::testing::answer_echo, chosen);
  auto connection = server.connect();
  connection.send(get("/") + get("/", "Authorization: key\r\n"));
  const auto refused = connection.read_answer(), taken = connection.read_answer();
  EXPECT_EQ(refused->status, 401);
  EXPECT_EQ(refused->header("x-checked"), "no");
  EXPECT_EQ(taken->status, 200);
  EXPECT_EQ(taken->header("x-checked"), "yes") << "fields of the decision belong to every answer";
  // With a body to come, the body is not read and the connection ends.
  connection.send("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 1000\r\n\r\n");
  EXPECT_EQ(connection.read_answer()->status, 401);
  EXPECT_TRUE(connection.ends());
}

TEST(server, a_client_that_has_closed_its_half_still_gets_its_answer) {
  call_basket calls;
  http_test_server server([&](exchange_ptr call) { calls.put(std::move(call)); });
  auto connection = server.connect();
  connection.send(get("/"));
  connection.finish_sending();
  auto waiting = calls.take(1);
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  waiting.front()->answer(text("late"));
  EXPECT_EQ(connection.read_answer()->body, "late");
  EXPECT_TRUE(connection.ends());
}

TEST(server, a_client_that_is_gone_costs_nothing_but_its_answer) {
  call_basket calls;
  http_test_server server([&](exchange_ptr call) { calls.put(std::move(call)); });
  {
    auto gone = server.connect();
    gone.send(get("/"));
    auto waiting = calls.take(1);
    gone.reset();
    EXPECT_TRUE(server.eventually([&] { return server.get().connections() == 0; }));
    waiting.front()->answer(text("nobody reads this"));
  }
  EXPECT_TRUE(server.eventually([&] { return server.done() == 1; }));
  auto next = server.connect();
  next.send(get("/"));
  calls.take(1).front()->answer(text("still here"));
  EXPECT_EQ(next.read_answer()->body, "still here");
}

TEST(server, a_client_that_leaves_in_the_middle_of_an_answer_is_forgotten) {
  http_test_server server([](const exchange_ptr& call) { call->answer(text(std::string(20'000'000, 'x'))); });
  auto gone = server.connect();
  gone.send(get("/"));
  EXPECT_TRUE(server.eventually([&] { return server.get().connections() == 1; }));
  gone.reset();
  EXPECT_TRUE(server.eventually([&] { return server.get().connections() == 0 && server.done() == 1; }));
}

TEST(server, an_exchange_may_outlive_the_server) {
  call_basket calls;
  std::vector<exchange_ptr> late;
  {
    http_test_server server([&](exchange_ptr call) { calls.put(std::move(call)); });
    auto connection = server.connect();
    connection.send(get("/late"));
    late = calls.take(1);
  }
  EXPECT_EQ(late.front()->in().path, "/late");
  late.front()->answer(text("too late"));
}

}  // namespace
}  // namespace freshet::http

#include "io/http/client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "tests/support/http_test_server.hpp"
#include "tests/support/temporary_directory.hpp"

namespace freshet::http {
namespace {

using freshet::testing::http_test_server;
using freshet::testing::temporary_directory;
using freshet::testing::text;
using std::chrono::milliseconds;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Pair;

std::unique_ptr<client> connected(const std::string& address, milliseconds timeout = milliseconds(20'000)) {
  auto made = client::connect(address, timeout);
  EXPECT_TRUE(made) << made.failure().message;
  return *std::move(made);
}

TEST(client, sends_and_reads_over_tcp) {
  http_test_server server;
  const auto to = connected(server.address());
  for (int i = 0; i < 3; ++i) {
    const auto answer = to->send(method::post, "/a?b", {{"Content-Type", "text/plain"}}, "body");
    ASSERT_TRUE(answer) << answer.failure().message;
    EXPECT_EQ(answer->status, 200u);
    EXPECT_EQ(answer->content_type, "text/plain");
    EXPECT_EQ(answer->body, "POST /a?b body");
    EXPECT_THAT(answer->headers, Contains(Pair("Content-Length", "14")));
  }
  EXPECT_EQ(server.get().connections(), 1u);
}

TEST(client, sends_and_reads_over_a_unix_socket) {
  const temporary_directory directory;
  http_test_server server(freshet::testing::answer_echo, {.unix_socket = directory / "owner.sock"});
  const auto answer = connected("unix:" + (directory / "owner.sock").string())->send(method::get, "/x");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body, "GET /x ");
}

TEST(client, reads_the_answer_to_head) {
  http_test_server server;
  const auto to = connected(server.address());
  EXPECT_EQ(to->send(method::head, "/")->body, "");
  EXPECT_EQ(to->send(method::get, "/")->body, "GET / ");
}

TEST(client, connects_again_when_the_server_has_closed) {
  http_test_server::settings chosen;
  chosen.limits.idle_deadline = milliseconds(20);
  http_test_server server(freshet::testing::answer_echo, chosen);
  const auto to = connected(server.address());
  EXPECT_TRUE(to->send(method::get, "/1"));
  ASSERT_TRUE(server.eventually([&] { return server.get().connections() == 0; }));
  EXPECT_TRUE(to->send(method::post, "/2", {}, "x"));
}

TEST(client, says_when_nobody_listens) {
  std::string address;
  {
    http_test_server server;
    address = server.address();
  }
  const auto refused = client::connect(address, milliseconds(1000));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.failure().code, error_code::unavailable);
  EXPECT_THAT(refused.failure().message, HasSubstr("nobody listens at " + address));
  EXPECT_EQ(client::connect("unix:/nowhere/owner.sock", milliseconds(1000)).failure().code, error_code::unavailable);
}

TEST(client, gives_up_after_the_timeout) {
  exchange_ptr kept;
  http_test_server server([&](exchange_ptr call) { kept = std::move(call); });
  const auto late = connected(server.address(), milliseconds(50))->send(method::get, "/");
  ASSERT_FALSE(late);
  EXPECT_EQ(late.failure().code, error_code::unavailable);
  EXPECT_THAT(late.failure().message, HasSubstr("longer than 50 ms"));
  server.stop();
}

TEST(client, understands_addresses_and_refuses_others) {
  for (const std::string wrong : {"", "localhost:8000", "https://localhost", "http://", "unix:", "http://a/b"}) {
    const auto refused = client::connect(wrong, milliseconds(1000));
    ASSERT_FALSE(refused) << wrong;
    EXPECT_EQ(refused.failure().code, error_code::invalid_argument) << wrong;
  }
  http_test_server server;
  EXPECT_TRUE(client::connect("http://localhost:" + std::to_string(server.get().port()) + "/", milliseconds(20'000)));
}

/// Listens, answers the first bytes that come with `bytes`, and closes.
class scripted_server {
 public:
  explicit scripted_server(std::string bytes) {
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(socket_, reinterpret_cast<const sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(socket_, 4), 0);
    EXPECT_EQ(::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, bytes = std::move(bytes)] {
      const int peer = ::accept(socket_, nullptr, nullptr);
      char request[4096];
      if (::recv(peer, request, sizeof request, 0) > 0) ::send(peer, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      ::close(peer);
    });
  }
  ~scripted_server() {
    thread_.join();
    ::close(socket_);
  }
  std::string address() const { return "http://127.0.0.1:" + std::to_string(port_); }

 private:
  int socket_ = -1;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

TEST(client, an_answer_that_is_not_http_is_corrupted) {
  scripted_server server("220 mail.example.com ESMTP\r\n\r\n");
  const auto answer = connected(server.address())->send(method::get, "/");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.failure().code, error_code::corrupted);
}

TEST(client, an_answer_that_breaks_off_is_unavailable) {
  scripted_server server("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
  const auto answer = connected(server.address())->send(method::get, "/");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.failure().code, error_code::unavailable);
}

TEST(client, an_interim_answer_is_passed_over) {
  scripted_server server("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc");
  const auto answer = connected(server.address())->send(method::get, "/");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body, "abc");
}

}  // namespace
}  // namespace freshet::http

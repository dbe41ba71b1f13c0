#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <thread>

#include "io/http/server.hpp"
#include "tests/support/http_test_server.hpp"
#include "tests/support/temporary_directory.hpp"

namespace freshet::http {
namespace {

using freshet::testing::call_basket;
using freshet::testing::http_test_server;
using freshet::testing::raw_connection;
using freshet::testing::temporary_directory;
using freshet::testing::text;
using std::chrono::milliseconds;
using ::testing::HasSubstr;

constexpr const char* good_request = "GET / HTTP/1.1\r\nHost: test\r\n\r\n";
constexpr milliseconds long_enough{20'000};

auto start_at(const listen_address& address) {
  return server::start(address, {}, 1, {.on_request = freshet::testing::answer_echo});
}

TEST(server_lifecycle, a_taken_port_is_named) {
  http_test_server first;
  const auto second = start_at({.host = "127.0.0.1", .port = first.get().port()});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.failure().code, error_code::conflict);
  EXPECT_THAT(second.failure().message, HasSubstr("port " + std::to_string(first.get().port()) + " is taken"));
}

TEST(server_lifecycle, a_port_can_be_taken_again_at_once) {
  std::uint16_t port = 0;
  {
    http_test_server first;
    port = first.get().port();
    auto connection = first.connect();
    connection.send(good_request);
    connection.read_answer();
  }
  EXPECT_TRUE(start_at({.host = "127.0.0.1", .port = port}));
}

TEST(server_lifecycle, an_address_of_another_machine_or_an_unknown_name_is_named) {
  const auto foreign = start_at({.host = "192.0.2.1", .port = 0});
  ASSERT_FALSE(foreign);
  EXPECT_THAT(foreign.failure().message, HasSubstr("192.0.2.1"));
  const auto unknown = start_at({.host = "no such host", .port = 0});
  ASSERT_FALSE(unknown);
  EXPECT_THAT(unknown.failure().message, HasSubstr("no such host"));
}

TEST(server_lifecycle, host_names_are_understood) {
  const auto named = start_at({.host = "localhost", .port = 0});
  ASSERT_TRUE(named) << named.failure().message;
  raw_connection connection((*named)->port());
  connection.send(good_request);
  EXPECT_TRUE(connection.read_answer());
}

TEST(server_lifecycle, any_ipv6_address_takes_ipv4_too) {
  const auto both = start_at({.host = "::", .port = 0});
  if (!both) GTEST_SKIP() << "no IPv6 here: " << both.failure().message;
  raw_connection connection((*both)->port());
  connection.send(good_request);
  EXPECT_TRUE(connection.read_answer());
}

TEST(server_lifecycle, the_unix_socket_is_for_the_owner_and_goes_with_the_server) {
  const temporary_directory directory;
  const auto path = directory / "owner.sock";
  std::string peer;
  {
    http_test_server server(
        [&](const exchange_ptr& call) {
          peer = call->in().peer;
          call->answer(text("ok"));
        },
        {.unix_socket = path});
    struct stat found {};
    ASSERT_EQ(::lstat(path.c_str(), &found), 0);
    EXPECT_TRUE(S_ISSOCK(found.st_mode));
    EXPECT_EQ(found.st_mode & 0777, 0600u);
    raw_connection connection(path);
    connection.send(good_request);
    EXPECT_EQ(connection.read_answer()->body, "ok");
  }
  EXPECT_EQ(peer, "unix");
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(server_lifecycle, a_unix_socket_that_a_dead_process_left_is_replaced) {
  const temporary_directory directory;
  const auto path = directory / "owner.sock";
  const int stale = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(stale, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ::close(stale);
  ASSERT_TRUE(std::filesystem::exists(path));
  http_test_server server(freshet::testing::answer_echo, {.unix_socket = path});
  raw_connection connection(path);
  connection.send(good_request);
  EXPECT_TRUE(connection.read_answer());
}

TEST(server_lifecycle, a_unix_socket_in_use_and_a_file_in_the_way_stay) {
  const temporary_directory directory;
  const auto path = directory / "owner.sock";
  http_test_server first(freshet::testing::answer_echo, {.unix_socket = path});
  const auto second = start_at({.host = "127.0.0.1", .port = 0, .unix_socket = path});
  ASSERT_FALSE(second);
  EXPECT_THAT(second.failure().message, HasSubstr("is in use"));
  EXPECT_TRUE(raw_connection(path).connected());
  const auto file = directory / "file";
  std::ofstream(file) << "precious";
  EXPECT_FALSE(start_at({.host = "127.0.0.1", .port = 0, .unix_socket = file}));
  EXPECT_EQ(std::filesystem::file_size(file), 8u);
  const auto long_path = start_at({.host = "127.0.0.1", .port = 0, .unix_socket = "/" + std::string(200, 'x')});
  ASSERT_FALSE(long_path);
  EXPECT_THAT(long_path.failure().message, HasSubstr("too long"));
}

TEST(server_lifecycle, connections_over_the_limit_are_told_503) {
  http_test_server::settings chosen;
  chosen.limits.connections_max = 3;
  http_test_server server(freshet::testing::answer_echo, chosen);
  std::vector<raw_connection> taken;
  for (int i = 0; i < 3; ++i) {
    taken.push_back(server.connect());
    taken.back().send(good_request);
    ASSERT_EQ(taken.back().read_answer()->status, 200);
  }
  auto over = server.connect();
  over.send(good_request);
  const auto refused = over.read_answer();
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status, 503);
  EXPECT_EQ(refused->header("retry-after"), "1");
  // Those who are in are served on, and a place that gets free is given away.
  taken.front().send(good_request);
  EXPECT_EQ(taken.front().read_answer()->status, 200);
  taken.pop_back();
  ASSERT_TRUE(server.eventually([&] { return server.get().connections() == 2; }));
  auto next = server.connect();
  next.send(good_request);
  EXPECT_EQ(next.read_answer()->status, 200);
}

TEST(server_lifecycle, a_crowd_over_the_limit_is_bounded_too) {
  http_test_server::settings chosen;
  chosen.limits.connections_max = 1;
  http_test_server server(freshet::testing::answer_echo, chosen);
  auto first = server.connect();
  first.send(good_request);
  ASSERT_TRUE(first.read_answer());
  std::vector<raw_connection> crowd;
  for (int i = 0; i < 200; ++i) crowd.push_back(server.connect());
  int told = 0, closed = 0;
  for (auto& each : crowd) ++(each.read_answer() ? told : closed);
  EXPECT_GT(told, 0);
  EXPECT_GT(closed, 0);
  first.send(good_request);
  EXPECT_TRUE(first.read_answer());
}

TEST(server_lifecycle, drain_closes_idle_connections_and_refuses_new_ones) {
  http_test_server server;
  auto idle = server.connect();
  idle.send(good_request);
  ASSERT_TRUE(idle.read_answer());
  auto silent = server.connect();
  EXPECT_TRUE(server.get().drain(long_enough));
  EXPECT_TRUE(idle.ends());
  EXPECT_TRUE(silent.ends());
  EXPECT_FALSE(server.connect().connected());
}

TEST(server_lifecycle, drain_finishes_requests_in_flight) {
  call_basket calls;
  http_test_server server([&](exchange_ptr call) { calls.put(std::move(call)); });
  auto connection = server.connect();
  connection.send(std::string(good_request) + good_request);
  auto waiting = calls.take(2);
  std::thread answering([&] {
    std::this_thread::sleep_for(milliseconds(50));
    for (const auto& call : waiting) call->answer(text("finished"));
  });
  EXPECT_TRUE(server.get().drain(long_enough));
  answering.join();
  EXPECT_EQ(connection.read_answer()->header("connection"), "");
  const auto last = connection.read_answer();
  ASSERT_TRUE(last);
  EXPECT_EQ(last->body, "finished");
  EXPECT_EQ(last->header("connection"), "close");
  EXPECT_TRUE(connection.ends());
}

TEST(server_lifecycle, drain_gives_up_at_its_deadline_and_says_so) {
  call_basket calls;
  http_test_server server([&](exchange_ptr call) { calls.put(std::move(call)); });
  auto connection = server.connect();
  connection.send(good_request);
  auto never_answered = calls.take(1);
  EXPECT_FALSE(server.get().drain(milliseconds(50)));
  EXPECT_TRUE(connection.ends());
}

TEST(server_lifecycle, a_drain_under_load_loses_no_request) {
  for (int round = 0; round < 5; ++round) {
    call_basket calls;
    std::atomic<bool> stop{false};
    http_test_server server([&](exchange_ptr call) { calls.put(std::move(call)); }, {.io_threads = 2});
    std::thread answering([&] {
      while (!stop) {
        if (calls.size() == 0) {
          std::this_thread::yield();
          continue;
        }
        for (const auto& call : calls.take(1)) call->answer(text("ok"));
      }
    });
    std::atomic<int> lost{0}, answered{0};
    std::vector<std::thread> clients;
    for (int c = 0; c < 8; ++c) {
      clients.emplace_back([&] {
        auto connection = server.connect();
        for (;;) {
          if (!connection.send(good_request)) break;
          const auto answer = connection.read_answer();
          if (!answer) {
            ++lost;
            break;
          }
          ++answered;
          if (answer->header("connection") == "close") break;
        }
      });
    }
    while (answered < 200) std::this_thread::yield();
    EXPECT_TRUE(server.get().drain(long_enough));
    for (auto& client : clients) client.join();
    stop = true;
    answering.join();
    EXPECT_EQ(lost, 0);
  }
}

}  // namespace
}  // namespace freshet::http

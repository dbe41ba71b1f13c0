// D1: SIGTERM under load. Requests that were taken are answered, events that were acknowledged are there and are not
// counted twice, and the exit code says whether all went in order. More stops: --gtest_repeat.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "tests/support/service_process.hpp"
#include "tests/support/small_shop.hpp"

namespace freshet {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using testing::service_process;
using testing::small_shop;

constexpr int stops = 4;

std::string event_of(const std::string& user, int number) {
  return R"({"user_id":")" + user + R"(","item_id":"i1","ts":1700000000,"event_id":"e)" + std::to_string(number) +
         "\"}";
}

/// A client that asks until the service has gone: what it was answered.
struct shopper {
  std::atomic<int> answered{0};
  std::atomic<int> refused{0};
  std::atomic<int> failed{0};

  void shop(const std::string& address) {
    const auto client = http::client::connect(address, 5s);
    while (client) {
      const auto came = (*client)->send(http::method::get, "/recommend?user_id=u1");
      if (!came) return;
      ++(came->status == 200 ? answered : came->status == 503 ? refused : failed);
    }
  }
};

/// A client that reports events until the service has gone.
struct reporter {
  std::string user;
  int sent = 0;
  int acknowledged = 0;

  void report(const std::string& address) {
    const auto client = http::client::connect(address, 5s);
    while (client) {
      const auto came = (*client)->send(http::method::post, "/v1/events", {{"Content-Type", "application/json"}},
                                        event_of(user, sent++));
      if (!came) return;
      if (came->status == 202) ++acknowledged;
    }
  }
};

std::int64_t stored_events(service_process& service, const std::string& user) {
  const auto state = service.get("/v1/users/" + user);
  return state.status == 200 ? state.body.at("events").to_number<std::int64_t>() : 0;
}

TEST(stop, under_load_answers_what_was_taken_keeps_what_was_acknowledged_and_exits_0) {
  small_shop shop;
  shop.ingest();
  shop.train();
  std::array<reporter, 2> reporters{reporter{"rita"}, reporter{"rob"}};
  for (int round = 0; round < stops; ++round) {
    service_process service(shop.directory());
    shopper shoppers;
    {
      std::vector<std::jthread> clients;
      for (int number = 0; number < 3; ++number) {
        clients.emplace_back([&, address = service.address()] { shoppers.shop(address); });
      }
      for (auto& each : reporters) {
        clients.emplace_back([&, address = service.address()] { each.report(address); });
      }
      const auto until = std::chrono::steady_clock::now() + 30s;
      while (shoppers.answered < 100 && std::chrono::steady_clock::now() < until) std::this_thread::sleep_for(5ms);
      service.process().signal(SIGTERM);
      EXPECT_EQ(service.process().wait(30s), 0) << service.process().errors();
    }
    EXPECT_GE(shoppers.answered, 100);
    EXPECT_EQ(shoppers.failed, 0) << "neither an answer nor 'try again'";
  }
  service_process service(shop.directory());
  for (const auto& each : reporters) {
    EXPECT_GT(each.acknowledged, 0);
    EXPECT_GE(stored_events(service, each.user), each.acknowledged);
    EXPECT_LE(stored_events(service, each.user), each.sent);
  }
}

TEST(stop, that_cannot_finish_in_time_ends_all_the_same_says_so_and_loses_nothing) {
  const testing::temporary_directory directory;
  std::ofstream(directory / "hasty.yaml") << "server: {drain_deadline_ms: 300, request_deadline_ms: 60000}\n";
  const std::vector<std::string> flags{"--config", (directory / "hasty.yaml").string()};
  {
    service_process service(directory.path(), flags);
    ASSERT_EQ(service.post("/v1/control/pause", "").status, 200U);
    // Nothing becomes visible while ingestion rests, so this request is in flight for as long as it may be.
    std::jthread waiting([address = service.address()] {
      const auto client = http::client::connect(address, 30s);
      static_cast<void>((*client)->send(http::method::post, "/v1/events?wait=visible",
                                        {{"Content-Type", "application/json"}}, event_of("ada", 1)));
    });
    const auto until = std::chrono::steady_clock::now() + 30s;
    // The log has taken it: its end is known and lies behind the position.
    const auto lag = [&] {
      std::int64_t sum = 0;
      const auto shown = service.get("/v1/status");
      for (const auto& each : shown.body.at("ingestion").at("partitions").as_array()) {
        if (each.at("end").is_number()) sum += each.at("lag").to_number<std::int64_t>();
      }
      return sum;
    };
    while (lag() == 0 && std::chrono::steady_clock::now() < until) std::this_thread::sleep_for(5ms);
    service.process().signal(SIGTERM);
    EXPECT_EQ(service.process().wait(30s), 1);
    EXPECT_THAT(service.process().errors(), HasSubstr("stopped because of: SIGTERM"));
  }
  service_process service(directory.path(), flags);
  const auto until = std::chrono::steady_clock::now() + 30s;
  while (stored_events(service, "ada") == 0 && std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(5ms);
  }
  EXPECT_EQ(stored_events(service, "ada"), 1);
}

}  // namespace
}  // namespace freshet

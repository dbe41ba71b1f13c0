// Back-pressure: a log far behind is caught up in bounded memory while requests are answered, and more requests than
// the service has room for are told to come back.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <thread>

#include "tests/support/service_process.hpp"
#include "tests/support/small_shop.hpp"

namespace freshet {
namespace {

using namespace std::chrono_literals;
using testing::service_process;
using testing::small_shop;

/// Kilobytes, the most there ever were.
std::uint64_t memory_peak_kb(const testing::child_process& process) {
  std::ifstream status("/proc/" + std::to_string(process.pid()) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::stoull(line.substr(6));
  }
  return 0;
}

std::uint64_t stored_events(service_process& service) {
  const auto shown = service.get("/v1/status");
  return shown.body.at("store").at("events").to_number<std::uint64_t>();
}

std::string many_events(int first, int count) {
  std::string body;
  for (int number = first; number < first + count; ++number) {
    body += R"({"user_id":"u)" + std::to_string(number % 5'000) + R"(","item_id":"i)" + std::to_string(number % 80) +
            R"(","ts":1700000000})" + "\n";
  }
  return body;
}

TEST(backlog, of_many_events_is_caught_up_in_bounded_memory_while_requests_are_answered) {
  constexpr int events = 250'000;
  constexpr int at_once = 50'000;
  // What the store keeps in memory before it writes a file counts too.
  constexpr std::uint64_t growth_max_kb = 256 << 10;
  small_shop shop;
  shop.ingest();
  shop.train();
  service_process service(shop.directory());
  ASSERT_EQ(service.post("/v1/control/pause", "").status, 200U);
  for (int first = 0; first < events; first += at_once) {
    ASSERT_EQ(service.post("/v1/events", many_events(first, at_once), "application/x-ndjson").status, 202U);
  }
  EXPECT_EQ(stored_events(service), small_shop::events) << "nothing is taken while ingestion is paused";
  const auto before_kb = memory_peak_kb(service.process());
  ASSERT_EQ(service.post("/v1/control/resume", "").status, 200U);
  int answered = 0;
  const auto until = std::chrono::steady_clock::now() + 120s;
  while (stored_events(service) < events + small_shop::events && std::chrono::steady_clock::now() < until) {
    ASSERT_EQ(service.get("/recommend?user_id=u" + std::to_string(1 + answered % 200)).status, 200U);
    ++answered;
  }
  EXPECT_EQ(stored_events(service), events + small_shop::events);
  EXPECT_GT(answered, 0);
  EXPECT_LT(memory_peak_kb(service.process()) - before_kb, growth_max_kb);
}

TEST(backlog, of_requests_is_refused_with_a_time_to_come_back_but_for_those_who_look_after_the_service) {
  constexpr int room = 4;
  const testing::temporary_directory directory;
  std::ofstream(directory / "small.yaml")
      << "server: {requests_in_flight_max: " << room << ", request_deadline_ms: 60000}\n";
  service_process service(directory.path(), {"--config", (directory / "small.yaml").string()});
  ASSERT_EQ(service.post("/v1/control/pause", "").status, 200U);
  std::atomic<int> answered{0};
  {
    // Nothing becomes visible, so each of these stays in work.
    std::vector<std::jthread> waiting;
    for (int number = 0; number < room; ++number) {
      waiting.emplace_back([&, number, address = service.address()] {
        const auto client = http::client::connect(address, 60s);
        const std::string event = R"({"user_id":"u)" + std::to_string(number) + R"(","item_id":"i","ts":1700000000})";
        for (;;) {
          const auto came = (*client)->send(http::method::post, "/v1/events?wait=visible",
                                            {{"Content-Type", "application/json"}}, event);
          // Refused while the request below had the last place.
          if (came && came->status == 503) continue;
          answered += came && came->status == 202 ? 1 : 0;
          return;
        }
      });
    }
    service_process::answer refused;
    const auto until = std::chrono::steady_clock::now() + 30s;
    while (refused.status != 503 && std::chrono::steady_clock::now() < until) refused = service.get("/v1/popular");
    EXPECT_EQ(refused.status, 503U);
    EXPECT_NE(std::find(refused.raw.headers.begin(), refused.raw.headers.end(),
                        std::pair<std::string, std::string>("Retry-After", "1")),
              refused.raw.headers.end());
    EXPECT_EQ(service.get("/livez").status, 200U) << "busy is not dead";
    EXPECT_EQ(service.get("/v1/status").status, 200U);
    EXPECT_EQ(service.post("/v1/control/resume", "").status, 200U) << "or nobody could help it";
  }
  EXPECT_EQ(answered, room);
  EXPECT_EQ(service.get("/v1/popular").status, 200U);
}

}  // namespace
}  // namespace freshet

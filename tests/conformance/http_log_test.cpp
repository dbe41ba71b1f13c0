// What of a request stands in the log.
#include <gtest/gtest.h>

#include <thread>

#include "tests/conformance/served_shop.hpp"

namespace freshet::testing {
namespace {

/// The line of the log that holds `part`; the log is written behind the answers.
std::string logged_line(service_process& service, const std::string& part) {
  using namespace std::chrono_literals;
  const auto until = std::chrono::steady_clock::now() + 20s;
  while (std::chrono::steady_clock::now() < until) {
    const auto log = service.process().errors();
    if (const auto at = log.find(part); at != std::string::npos && log.find('\n', at) != std::string::npos) {
      const auto begin = log.rfind('\n', at) + 1;
      return log.substr(begin, log.find('\n', at) - begin);
    }
    std::this_thread::sleep_for(10ms);
  }
  return {};
}

TEST(http_log, tells_who_asked_for_what_and_how_long_it_took) {
  auto& service = shop_of_texts().service();
  const std::string trace = "4bf92f3577b34da6a3ce929d0e0e4736";
  service.send(http::method::get, "/recommend?user_id=u1&k=7",
               {{"X-Request-Id", "find-me-in-the-log"}, {"traceparent", "00-" + trace + "-00f067aa0ba902b7-01"}});
  const auto line = logged_line(service, "find-me-in-the-log");
  for (const auto* part : {"user_id=u1", "topk=7", "count=7", "fallback=", "latency="}) {
    EXPECT_NE(line.find(part), std::string::npos) << part << " in: " << line;
  }
  EXPECT_NE(line.find(trace), std::string::npos) << "the trace goes on: " << line;
}

}  // namespace
}  // namespace freshet::testing

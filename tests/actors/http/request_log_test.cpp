#include "actors/http/request_log.hpp"

#include <gtest/gtest.h>

#include "tests/support/recording_exchange.hpp"
#include "tests/support/recording_log.hpp"

namespace freshet {
namespace {

using namespace std::chrono_literals;
using http::method;
using testing::make_request;
using testing::recording_log;

TEST(request_log, tells_route_status_latency_and_ids) {
  recording_log journal;
  auto in = make_request(method::delete_, "/v1/events?secret=1");
  in.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  log_request(journal, in, 405, 12'400us);
  EXPECT_TRUE(
      journal.said("DELETE /v1/events status=405, latency=12ms, request_id=test-request, "
                   "traceparent=00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));
  EXPECT_FALSE(journal.said("secret"));
}

TEST(request_log, names_no_user_and_no_path_of_the_clients) {
  recording_log journal;
  log_request(journal, make_request(method::get, "/v1/users/ada/events"), 404, 1ms);
  EXPECT_TRUE(journal.said("GET /v1/users/{id}/events status=404, latency=1ms, request_id=test-request"));
  log_request(journal, make_request(method::get, "/no/such/ada"), 404, 1ms);
  EXPECT_TRUE(journal.said("GET (no route) status=404, latency=1ms, request_id=test-request"));
  EXPECT_FALSE(journal.said("ada"));
}

TEST(request_log, passes_by_what_only_reads) {
  recording_log journal;
  log_request(journal, make_request(method::get, "/metrics"), 200, 1ms);
  EXPECT_FALSE(journal.said("/metrics"));
  log_request(journal, make_request(method::post, "/v1/events"), 202, 1ms);
  EXPECT_TRUE(journal.said("POST /v1/events status=202"));
}

}  // namespace
}  // namespace freshet

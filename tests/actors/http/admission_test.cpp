#include "actors/http/admission.hpp"

#include <gtest/gtest.h>

#include "tests/support/recording_exchange.hpp"

namespace freshet {
namespace {

using namespace std::chrono_literals;
using testing::recording_exchange;

std::shared_ptr<recording_exchange> make_call() {
  return std::make_shared<recording_exchange>(testing::make_request(http::method::get, "/recommend?user_id=ada"));
}

TEST(admission, lets_requests_in_up_to_the_limit) {
  const auto gate = std::make_shared<admission>(2, 1s);
  const std::vector calls{make_call(), make_call(), make_call()};
  auto first = gate->admit(calls[0]);
  auto second = gate->admit(calls[1]);
  EXPECT_TRUE(first);
  EXPECT_TRUE(second);
  EXPECT_FALSE(gate->admit(calls[2]));
  ASSERT_TRUE(calls[2]->answer());
  EXPECT_EQ(calls[2]->answer()->status, 503U);
  first->answer({.status = 200, .body = "done", .headers = {}});
  EXPECT_EQ(calls[0]->answer()->body, "done");
  EXPECT_EQ(gate->in_flight(), 1U);
  EXPECT_TRUE(gate->admit(make_call()));
}

TEST(admission, lets_in_whatever_the_limit_what_it_is_told_to) {
  const auto gate = std::make_shared<admission>(1, 1s, [](const http::request& in) { return in.path == "/livez"; });
  const auto first = gate->admit(make_call());
  EXPECT_FALSE(gate->admit(make_call()));
  const auto probe = std::make_shared<recording_exchange>(testing::make_request(http::method::get, "/livez"));
  EXPECT_TRUE(gate->admit(probe));
}

TEST(admission, counts_a_dropped_request_out) {
  const auto gate = std::make_shared<admission>(2, 1s);
  gate->admit(make_call()).reset();
  EXPECT_EQ(gate->in_flight(), 0U);
}

TEST(admission, answers_503_to_a_request_that_takes_too_long_and_ignores_the_late_answer) {
  const auto gate = std::make_shared<admission>(10, 1s);
  const auto call = make_call();
  const auto admitted = gate->admit(call);
  gate->expire(call->in().arrived + 999ms);
  EXPECT_FALSE(call->answer());
  gate->expire(call->in().arrived + 1s);
  ASSERT_TRUE(call->answer());
  EXPECT_EQ(call->answer()->status, 503U);
  admitted->answer({.status = 200, .body = "too late", .headers = {}});
  EXPECT_EQ(call->answer()->status, 503U);
  EXPECT_EQ(gate->in_flight(), 0U);
}

}  // namespace
}  // namespace freshet

#include "io/http/load_generator.hpp"

#include <gtest/gtest.h>

#include <set>

#include "tests/support/http_test_server.hpp"

namespace freshet::http {
namespace {

using testing::http_test_server;

class load_generation : public ::testing::Test {
 protected:
  load_plan plan_for(http_test_server& server) {
    load_plan plan;
    plan.port = std::to_string(server.get().port());
    plan.connections = 4;
    plan.next = [](std::uint64_t number) {
      return load_request{.verb = method::get, .target = "/" + std::to_string(number), .body = {}, .kind = 7};
    };
    plan.done = [this](const load_outcome& one) { outcomes.push_back(one); };
    return plan;
  }

  std::vector<load_outcome> outcomes;
};

TEST_F(load_generation, sends_every_request_once_and_reports_each) {
  std::mutex mutex;
  std::multiset<std::string> seen;
  http_test_server server([&](const exchange_ptr& call) {
    {
      const std::lock_guard lock(mutex);
      seen.insert(call->in().target);
    }
    testing::answer_echo(call);
  });
  auto plan = plan_for(server);
  plan.requests_max = 300;
  const auto summary = generate_load(plan);
  ASSERT_TRUE(summary) << summary.failure().message;
  EXPECT_EQ(summary->sent, 300U);
  EXPECT_EQ(seen.size(), 300U);
  EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), 300U);
  ASSERT_EQ(outcomes.size(), 300U);
  for (const auto& one : outcomes) {
    EXPECT_EQ(one.status, 200U);
    EXPECT_EQ(one.kind, 7U);
  }
}

TEST_F(load_generation, sends_a_body_and_the_header_lines) {
  testing::call_basket basket;
  http_test_server server([&](const exchange_ptr& call) {
    testing::answer_echo(call);
    basket.put(call);
  });
  auto plan = plan_for(server);
  plan.requests_max = 1;
  plan.header_lines = "X-API-Key: secret\r\n";
  plan.next = [](std::uint64_t) {
    return load_request{.verb = method::post, .target = "/recommend", .body = "{\"user_id\":1}", .kind = 0};
  };
  ASSERT_TRUE(generate_load(plan));
  const auto call = basket.take(1).front();
  EXPECT_EQ(call->in().body, "{\"user_id\":1}");
  EXPECT_EQ(call->in().header("x-api-key"), "secret");
  EXPECT_EQ(call->in().header("content-type"), "application/json");
}

TEST_F(load_generation, counts_latency_from_when_a_request_was_due) {
  // One connection, and a server that holds the first answer back: those behind it were due all the same.
  std::atomic<int> calls{0};
  http_test_server server([&](const exchange_ptr& call) {
    if (calls++ == 0) std::this_thread::sleep_for(std::chrono::milliseconds(300));
    testing::answer_echo(call);
  });
  auto plan = plan_for(server);
  plan.connections = 1;
  plan.rate = 100;
  plan.requests_max = 10;
  ASSERT_TRUE(generate_load(plan));
  ASSERT_EQ(outcomes.size(), 10U);
  EXPECT_GE(outcomes[1].latency, std::chrono::milliseconds(250)) << "it waited for the first answer";
  EXPECT_GE(outcomes[5].latency, std::chrono::milliseconds(200));
}

TEST_F(load_generation, reports_the_status_of_what_is_refused) {
  std::atomic<int> calls{0};
  http_test_server server([&](const exchange_ptr& call) {
    auto out = testing::text("bye");
    if (calls++ % 2 == 0) out.status = 503;
    call->answer(std::move(out));
  });
  auto plan = plan_for(server);
  plan.requests_max = 50;
  plan.timeout = std::chrono::milliseconds(2000);
  ASSERT_TRUE(generate_load(plan));
  const auto refused = std::count_if(outcomes.begin(), outcomes.end(), [](auto& one) { return one.status == 503; });
  EXPECT_EQ(refused, 25);
}

TEST_F(load_generation, gives_up_on_an_answer_that_does_not_come_and_goes_on) {
  testing::call_basket held;
  http_test_server server([&](const exchange_ptr& call) {
    if (call->in().target == "/0") return held.put(call);
    testing::answer_echo(call);
  });
  auto plan = plan_for(server);
  plan.connections = 1;
  plan.requests_max = 3;
  plan.timeout = std::chrono::milliseconds(200);
  ASSERT_TRUE(generate_load(plan));
  ASSERT_EQ(outcomes.size(), 3U);
  EXPECT_EQ(outcomes[0].status, 0U);
  EXPECT_EQ(outcomes[2].status, 200U);
  for (const auto& call : held.take(1)) testing::answer_echo(call);
}

TEST_F(load_generation, ends_when_it_is_told_to) {
  http_test_server server;
  auto plan = plan_for(server);
  plan.rate = 50;
  plan.stop = [] { return true; };
  const auto summary = generate_load(plan);
  ASSERT_TRUE(summary);
  EXPECT_LT(summary->elapsed, std::chrono::seconds(20));
}

TEST_F(load_generation, of_a_service_that_is_not_there_is_refused_by_its_address) {
  http_test_server server;
  auto plan = plan_for(server);
  server.stop();
  const auto summary = generate_load(plan);
  ASSERT_FALSE(summary);
  EXPECT_EQ(summary.failure().message, "nobody listens at 127.0.0.1:" + plan.port + "; is the service running?");
}

}  // namespace
}  // namespace freshet::http

// A broker that dies and comes back: nothing is lost, nothing comes twice.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "io/events/kafka_sink.hpp"
#include "io/events/kafka_source.hpp"
#include "tests/support/kafka_broker.hpp"
#include "tests/support/kafka_records.hpp"

namespace freshet {
namespace {

using namespace freshet::testing;
using namespace std::chrono_literals;

TEST(kafka_restart, a_killed_broker_loses_nothing_and_doubles_nothing) {
  kafka_broker broker;
  auto options = kafka_settings(broker.address());
  // On a busy machine a broker takes longer to come back than a record is kept by default.
  options.properties["message.timeout.ms"] = std::to_string(patience.count());
  make_topic(options, 2);
  consumer_state state;
  const auto source = open_source(options, state);

  // Produces all the time, across the kill; what was acknowledged must come.
  std::atomic<bool> stop = false;
  std::atomic<int> acknowledged = 0;
  int sent = 0;
  std::thread producer([&] {
    auto sink = kafka_sink::open(options, quiet_log());
    ASSERT_TRUE(sink);
    for (; !stop; ++sent) {
      (*sink)->append("user-" + std::to_string(sent % 100), std::to_string(sent), [&](const auto& where) {
        if (where) ++acknowledged;
      });
      std::this_thread::sleep_for(1ms);
    }
    EXPECT_TRUE((*sink)->flush(patience));
  });
  consume(*source, state, 500);
  broker.kill();
  broker.start();
  // More than was acknowledged when it was back: so some came after the restart.
  const auto before = static_cast<std::size_t>(acknowledged);
  consume_until(*source, state, [&] { return state.total() > before + 500; });
  stop = true;
  producer.join();
  EXPECT_EQ(acknowledged, sent);
  consume(*source, state, static_cast<std::size_t>(sent));

  const auto values = state.sorted();
  ASSERT_EQ(values.size(), static_cast<std::size_t>(sent));
  for (int number = 0; number < sent; ++number) ASSERT_EQ(values[number], number);
  EXPECT_TRUE(source->losses().empty());
}

TEST(kafka_restart, closing_keeps_its_deadline_when_the_broker_is_gone) {
  kafka_broker broker;
  const auto options = kafka_settings(broker.address());
  make_topic(options, 1);
  consumer_state state;
  const auto source = open_source(options, state);
  produce(options, 0, 10);
  consume(*source, state, 10);
  broker.kill();
  const auto began = std::chrono::steady_clock::now();
  source->close(500ms);
  EXPECT_LT(std::chrono::steady_clock::now() - began, patience);
}

TEST(kafka_restart, a_source_opens_without_a_broker_and_consumes_once_there_is_one) {
  kafka_broker broker;
  const auto options = kafka_settings(broker.address());
  make_topic(options, 1);
  produce(options, 0, 10);
  broker.stop();
  consumer_state state;
  const auto source = open_source(options, state);
  broker.start();
  consume(*source, state, 10);
}

TEST(kafka_restart, records_that_find_no_broker_are_refused_in_the_end) {
  kafka_options options{.brokers = "127.0.0.1:1", .topic = "nowhere"};
  options.properties["message.timeout.ms"] = "1000";
  auto sink = kafka_sink::open(options, quiet_log());
  ASSERT_TRUE(sink);
  std::vector<error_code> refusals;
  (*sink)->append("u1", "late", [&](const auto& where) { refusals.push_back(where.failure().code); });
  ASSERT_TRUE((*sink)->flush(patience));
  (*sink)->append("u1", "never", [&](const auto& where) { refusals.push_back(where.failure().code); });
  sink->reset();
  EXPECT_EQ(refusals, (std::vector{error_code::unavailable, error_code::cancelled}));
}

}  // namespace
}  // namespace freshet

#include "io/events/kafka_topic.hpp"

#include <gtest/gtest.h>

#include "tests/support/kafka_broker.hpp"
#include "tests/support/kafka_records.hpp"

namespace freshet {
namespace {

using namespace freshet::testing;

TEST(kafka_topic, is_created_once_and_then_left_as_it_is) {
  const auto options = kafka_settings(shared_kafka());
  const auto none = find_topic(options, options.topic, quiet_log(), patience);
  ASSERT_TRUE(none) << none.failure().message;
  EXPECT_FALSE(*none);
  make_topic(options, 3);
  make_topic(options, 5);
  const auto found = find_topic(options, options.topic, quiet_log(), patience);
  ASSERT_TRUE(found);
  EXPECT_EQ(*found, 3);
}

TEST(kafka_topic, a_name_the_broker_refuses_is_an_invalid_argument) {
  const auto options = kafka_settings(shared_kafka());
  const auto made = ensure_topic(options, {.name = "no spaces please"}, quiet_log(), patience);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.failure().code, error_code::invalid_argument) << made.failure().message;
}

TEST(kafka_topic, without_a_broker_the_answer_is_unavailable) {
  const auto found = find_topic({.brokers = "127.0.0.1:1"}, "any", quiet_log(), std::chrono::milliseconds(500));
  ASSERT_FALSE(found);
  EXPECT_EQ(found.failure().code, error_code::unavailable);
}

}  // namespace
}  // namespace freshet

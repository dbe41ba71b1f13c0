#include "io/events/kafka_properties.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace freshet {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Key;
using ::testing::Not;
using ::testing::Pair;

TEST(kafka_properties, a_consumer_starts_at_no_offset_but_the_stored_one) {
  const auto properties = kafka_properties({.brokers = "b:9092", .group = "g"}, kafka_role::consumer);
  ASSERT_TRUE(properties);
  EXPECT_THAT(*properties, Contains(Pair("auto.offset.reset", "error")));
  EXPECT_THAT(*properties, Contains(Pair("enable.auto.commit", "false")));
  EXPECT_THAT(*properties, Contains(Pair("group.id", "g")));
}

TEST(kafka_properties, a_producer_waits_for_all_replicas_and_partitions_as_java_does) {
  const auto properties = kafka_properties({.brokers = "b:9092"}, kafka_role::producer);
  ASSERT_TRUE(properties);
  EXPECT_THAT(*properties, Contains(Pair("acks", "all")));
  EXPECT_THAT(*properties, Contains(Pair("enable.idempotence", "true")));
  EXPECT_THAT(*properties, Contains(Pair("partitioner", "murmur2_random")));
  EXPECT_THAT(*properties, Not(Contains(Key("group.id"))));
}

TEST(kafka_properties, any_other_property_is_passed_through_and_wins) {
  const kafka_options options{
      .brokers = "b:9093",
      .properties = {{"security.protocol", "SASL_SSL"}, {"session.timeout.ms", "6000"}},
  };
  const auto properties = kafka_properties(options, kafka_role::consumer);
  ASSERT_TRUE(properties);
  EXPECT_THAT(*properties, Contains(Pair("security.protocol", "SASL_SSL")));
  EXPECT_THAT(*properties, Contains(Pair("session.timeout.ms", "6000")));
}

TEST(kafka_properties, what_the_promises_rest_on_cannot_be_changed) {
  for (const char* name : {"auto.offset.reset", "enable.auto.commit", "acks", "enable.idempotence", "partitioner"}) {
    const auto refused = kafka_properties({.brokers = "b:9092", .properties = {{name, "x"}}}, kafka_role::producer);
    ASSERT_FALSE(refused) << name;
    EXPECT_EQ(refused.failure().code, error_code::invalid_argument);
    EXPECT_THAT(refused.failure().message, HasSubstr(name));
  }
  const auto brokers = kafka_properties({.properties = {{"bootstrap.servers", "x"}}}, kafka_role::producer);
  ASSERT_FALSE(brokers);
  EXPECT_THAT(brokers.failure().message, HasSubstr("set kafka.brokers"));
}

}  // namespace
}  // namespace freshet

#include "io/events/kafka_obstacle.hpp"

#include <gtest/gtest.h>

namespace freshet {
namespace {

const kafka_options shop{.brokers = "a:9092,b:9092", .topic = "shop.events"};

/// As librdkafka writes them: two brokers in such states, and three partitions led by such nodes.
std::optional<std::string> obstacle(const std::string& first, const std::string& second, std::vector<int> leaders) {
  std::string partitions;
  std::vector<partition_id> assigned;
  for (std::size_t number = 0; number < leaders.size(); ++number) {
    if (number > 0) partitions += ',';
    partitions += '"' + std::to_string(number) + R"(":{"leader":)" + std::to_string(leaders[number]) + "}";
    assigned.push_back(partition_id{static_cast<int>(number)});
  }
  return obstacle_of(R"({"name":"freshet#consumer-1","brokers":{"a:9092/1":{"nodeid":1,"state":")" + first +
                         R"("},"b:9092/2":{"nodeid":2,"state":")" + second +
                         R"("}},"topics":{"shop.events":{"partitions":{)" + partitions + R"(,"-1":{"leader":-1}}}}})",
                     shop, assigned);
}

TEST(kafka_obstacle, is_nothing_while_every_partition_has_a_leader_that_is_connected) {
  EXPECT_EQ(obstacle("UP", "UP", {1, 2, 1}), std::nullopt);
  EXPECT_EQ(obstacle("UP", "DOWN", {1, 1, 1}), std::nullopt) << "the other leads nothing of ours";
}

TEST(kafka_obstacle, names_the_brokers_when_none_is_connected) {
  EXPECT_EQ(obstacle("DOWN", "TRY_CONNECT", {1, 2, 1}), "no broker of a:9092,b:9092 can be reached");
}

TEST(kafka_obstacle, names_the_partitions_without_a_leader_and_those_out_of_reach) {
  EXPECT_EQ(obstacle("UP", "DOWN", {-1, 2, 1}),
            "partition 0 of shop.events cannot be read: no broker leads there; "
            "partition 1 of shop.events cannot be read: the broker that leads there cannot be reached");
  EXPECT_EQ(obstacle("UP", "UP", {-1, 2, -1}), "partitions 0, 2 of shop.events cannot be read: no broker leads there");
}

TEST(kafka_obstacle, is_nothing_where_nothing_is_known) {
  EXPECT_EQ(obstacle_of("{}", shop, {}), "no broker of a:9092,b:9092 can be reached");
  EXPECT_EQ(obstacle_of("not json", shop, {partition_id{0}}), std::nullopt);
  EXPECT_EQ(obstacle_of(R"({"brokers":{"a:9092/1":{"nodeid":1,"state":"UP"}}})", shop, {partition_id{7}}),
            std::nullopt);
}

}  // namespace
}  // namespace freshet

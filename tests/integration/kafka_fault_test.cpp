// Promise D3 with a broker, where there are more actors to die.
#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/kafka_broker.hpp"
#include "tests/support/kafka_records.hpp"
#include "tests/support/service_load.hpp"
#include "tests/support/small_shop.hpp"

namespace freshet {
namespace {

TEST(kafka_fault_injection, of_every_actor_loses_no_event_and_leaves_no_request_without_an_answer) {
  testing::small_shop shop;
  auto options = testing::kafka_settings(testing::shared_kafka());
  testing::make_topic(options, 2);
  std::ofstream(shop.path("faults.yaml")) << "kafka: {control_topic: " << testing::unique_name("control") << "}\n"
                                          << "debug: {fault_injection: true}\n"
                                          << "supervisor: {restarts_max: 100, backoff_min_ms: 5, backoff_max_ms: 20}\n";
  testing::service_process service(shop.directory(), {"--config", shop.path("faults.yaml"), "--kafka", options.brokers,
                                                      "--topic", options.topic, "--group", options.group});
  const std::uint64_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  testing::service_load load(service.address(), seed);
  testing::kill_every_actor(service);
  load.stop();
  EXPECT_FALSE(load.accepted().empty());
  testing::expect_stored(service, load.accepted());
  EXPECT_EQ(service.stop(), 0);
}

}  // namespace
}  // namespace freshet

// What: what operators do to topics, at once: delete one and make it anew, add partitions.
#pragma once

#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>

#include <array>
#include <memory>
#include <string>
#include <thread>

#include "tests/support/kafka_records.hpp"

namespace freshet::testing {

class kafka_admin {
 public:
  explicit kafka_admin(const kafka_options& options) : options_(options) {
    rd_kafka_conf_t* configuration = rd_kafka_conf_new();
    rd_kafka_conf_set(configuration, "bootstrap.servers", options.brokers.c_str(), nullptr, 0);
    for (const auto& [name, value] : options.properties) {
      rd_kafka_conf_set(configuration, name.c_str(), value.c_str(), nullptr, 0);
    }
    client_ = rd_kafka_new(RD_KAFKA_PRODUCER, configuration, nullptr, 0);
    replies_ = rd_kafka_queue_new(client_);
  }
  ~kafka_admin() {
    rd_kafka_queue_destroy(replies_);
    rd_kafka_destroy(client_);
  }
  kafka_admin(const kafka_admin&) = delete;
  kafka_admin& operator=(const kafka_admin&) = delete;

  void delete_topic() const {
    rd_kafka_DeleteTopic_t* request = rd_kafka_DeleteTopic_new(options_.topic.c_str());
    rd_kafka_DeleteTopics(client_, &request, 1, nullptr, replies_);
    expect_reply();
    rd_kafka_DeleteTopic_destroy(request);
    for (;;) {
      const auto found = find_topic(options_, options_.topic, quiet_log(), patience);
      ASSERT_TRUE(found) << found.failure().message;
      if (!*found) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }

  void add_partitions(std::size_t total) const {
    std::string why(512, '\0');
    auto* request = rd_kafka_NewPartitions_new(options_.topic.c_str(), total, why.data(), why.size());
    ASSERT_NE(request, nullptr) << why;
    rd_kafka_CreatePartitions(client_, &request, 1, nullptr, replies_);
    expect_reply();
    rd_kafka_NewPartitions_destroy(request);
  }
  /// All that a service does with the topic, its dead letters, and a group.
  void allow(const std::string& user, const std::string& group) const {
    const auto everything = [&](rd_kafka_ResourceType_t what, const std::string& name,
                                rd_kafka_ResourcePatternType_t pattern) {
      return rd_kafka_AclBinding_new(what, name.c_str(), pattern, ("User:" + user).c_str(), "*",
                                     RD_KAFKA_ACL_OPERATION_ALL, RD_KAFKA_ACL_PERMISSION_TYPE_ALLOW, nullptr, 0);
    };
    std::array<rd_kafka_AclBinding_t*, 2> rights{
        everything(RD_KAFKA_RESOURCE_TOPIC, options_.topic, RD_KAFKA_RESOURCE_PATTERN_PREFIXED),
        everything(RD_KAFKA_RESOURCE_GROUP, group, RD_KAFKA_RESOURCE_PATTERN_LITERAL)};
    rd_kafka_CreateAcls(client_, rights.data(), rights.size(), nullptr, replies_);
    expect_reply();
    for (auto* each : rights) rd_kafka_AclBinding_destroy(each);
  }

 private:
  void expect_reply() const {
    rd_kafka_event_t* reply = rd_kafka_queue_poll(replies_, static_cast<int>(patience.count()));
    ASSERT_NE(reply, nullptr);
    EXPECT_EQ(rd_kafka_event_error(reply), RD_KAFKA_RESP_ERR_NO_ERROR);
    rd_kafka_event_destroy(reply);
  }

  const kafka_options options_;
  rd_kafka_t* client_;
  rd_kafka_queue_t* replies_;
};

}  // namespace freshet::testing

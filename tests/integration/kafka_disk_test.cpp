// Promise D2 for a service that consumes a topic: a full disk pauses it where it is, and nothing else.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/support/kafka_broker.hpp"
#include "tests/support/kafka_records.hpp"
#include "tests/support/readiness.hpp"
#include "tests/support/small_disk.hpp"

namespace freshet {
namespace {

using namespace freshet::testing;

class kafka_disk : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!disk_.refused().empty()) GTEST_SKIP() << "a disk cannot be mounted here: " << disk_.refused();
    make_topic(options_, 3);
  }
  /// Events without ids: only their place in the log tells them apart.
  void tell(int count) {
    auto sink = kafka_sink::open(options_, quiet_log());
    ASSERT_TRUE(sink) << sink.failure().message;
    for (int n = 0; n < count; ++n, ++told_) {
      const auto user = user_of(told_);
      (*sink)->append(
          user, R"({"user_id":")" + user + R"(","item_id":"i1","ts":)" + std::to_string(1'700'000'000 + told_) + "}",
          [](const auto& where) { EXPECT_TRUE(where); });
    }
    ASSERT_TRUE((*sink)->flush(patience));
  }
  static std::string user_of(int number) { return "u" + std::to_string(number % 5); }
  static std::size_t events_in(service_process& service) {
    const auto status = service.get("/v1/status");
    return status.status == 200 ? status.body.at("store").at("events").to_number<std::size_t>() : 0;
  }

  kafka_options options_ = kafka_settings(shared_kafka());
  small_disk disk_{128};
  int told_ = 0;
};

TEST_F(kafka_disk, that_is_full_pauses_consumption_and_nothing_else_and_goes_on_by_itself) {
  service_process service(disk_.path(),
                          {"--kafka", options_.brokers, "--topic", options_.topic, "--group", options_.group});
  tell(300);
  ASSERT_TRUE(eventually([&] { return events_in(service) == 300; }));
  // Into the reserve; then to the last byte, from one moment to the next.
  for (const std::size_t left : {8, 0}) {
    disk_.fill(left);
    ASSERT_TRUE(becomes_shown(service, R"("status":"degraded")"));
    const auto before = events_in(service);
    tell(200);
    EXPECT_THAT(shown(service),
                ::testing::AnyOf(::testing::HasSubstr("kept in reserve"), ::testing::HasSubstr("No space left")));
    EXPECT_EQ(service.get("/v1/users/u1/events").status, 200U);
    EXPECT_EQ(service.get("/v1/popular").status, 200U);
    EXPECT_EQ(events_in(service), before);
    disk_.empty();
    ASSERT_TRUE(becomes_shown(service, R"("status":"ready")"));
    ASSERT_TRUE(eventually([&] { return events_in(service) >= static_cast<std::size_t>(told_); }));
  }
  EXPECT_EQ(events_in(service), static_cast<std::size_t>(told_));
  std::multiset<std::int64_t> stored;
  for (int user = 0; user < 5; ++user) {
    const auto listed = service.get("/v1/users/" + user_of(user) + "/events?limit=1000");
    ASSERT_EQ(listed.status, 200U);
    for (const auto& each : listed.body.at("events").as_array()) {
      stored.insert(each.at("ts").to_number<std::int64_t>() - 1'700'000'000);
    }
  }
  for (int number = 0; number < told_; ++number) EXPECT_EQ(stored.count(number), 1U) << number;
  EXPECT_EQ(service.stop(), 0);
}

}  // namespace
}  // namespace freshet

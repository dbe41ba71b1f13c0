// What operators do to a topic under a consumer: more partitions, and the topic deleted and made anew.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/kafka_admin.hpp"
#include "tests/support/kafka_broker.hpp"
#include "tests/support/service_process.hpp"
#include "tests/support/temporary_directory.hpp"

namespace freshet {
namespace {

using namespace freshet::testing;
using namespace std::chrono_literals;
using ::testing::HasSubstr;

kafka_options watchful_settings() {
  auto options = kafka_settings(shared_kafka());
  options.properties["topic.metadata.refresh.interval.ms"] = "500";
  return options;
}

/// Values as they come until `enough`; a topic that is away is no failure.
void consume_through_trouble(event_source& source, consumer_state& state, const std::function<bool()>& enough) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!enough()) {
    ASSERT_LT(std::chrono::steady_clock::now(), deadline) << state.total() << " records came";
    if (const auto batch = source.poll(1'000, 100ms)) state.apply(*batch);
  }
}

TEST(kafka_topic_change, partitions_added_while_running_are_consumed_from_their_first_record) {
  auto options = watchful_settings();
  // Which is for the partitions of the first start alone.
  options.start = "latest";
  make_topic(options, 2);
  produce(options, 0, 100);
  consumer_state state;
  const auto source = open_source(options, state);
  consume_until(*source, state, [&] { return state.positions.size() == 2; });
  produce(options, 100, 500);
  consume(*source, state, 500);
  kafka_admin(options).add_partitions(5);
  // Before the consumer has heard of them: these may not be passed over.
  produce(options, 600, 1'000);
  consume(*source, state, 1'500);
  const auto values = state.sorted();
  EXPECT_EQ(values.size(), 1'500U);
  EXPECT_EQ(values.front(), 100);
  EXPECT_EQ(std::adjacent_find(values.begin(), values.end()), values.end());
  EXPECT_EQ(source->state().size(), 5U);
  EXPECT_TRUE(source->losses().empty());
}

TEST(kafka_topic_change, a_topic_made_anew_that_has_grown_past_the_position_is_told_from_the_old_one) {
  auto options = kafka_settings(shared_kafka());
  options.on_data_loss = "earliest";
  make_topic(options, 1);
  produce(options, 0, 50);
  consumer_state state;
  {
    const auto source = open_source(options, state);
    consume(*source, state, 50);
  }
  kafka_admin(options).delete_topic();
  make_topic(options, 1);
  produce(options, 1'000, 200);
  auto cautious = options;
  cautious.on_data_loss = "halt";
  {
    const auto halting = open_source(cautious, state);
    result<record_batch> polled = record_batch{};
    while (polled) polled = halting->poll(100, 100ms);
    EXPECT_EQ(polled.failure().code, error_code::out_of_range);
    EXPECT_THAT(polled.failure().message, HasSubstr("the topic was made anew; the partition stands still"));
    ASSERT_TRUE(halting->poll(100, 100ms));
    EXPECT_EQ(halting->obstacle(), polled.failure().message) << "it stays to be seen";
  }
  const auto source = open_source(options, state);
  consume(*source, state, 250);
  ASSERT_EQ(source->losses().size(), 1U);
  EXPECT_TRUE(source->losses()[0].made_anew);
  EXPECT_EQ(source->losses()[0].wanted, 50);
  EXPECT_EQ(state.sorted()[50], 1'000);
  EXPECT_EQ(source->obstacle(), std::nullopt);
}

TEST(kafka_topic_change, reading_the_last_record_again_repeats_nothing_where_nothing_changed) {
  auto options = kafka_settings(shared_kafka());
  make_topic(options, 1);
  produce(options, 0, 50);
  consumer_state state;
  for (std::size_t round = 1; round <= 3; ++round) {
    const auto source = open_source(options, state);
    consume(*source, state, round * 50);
    produce(options, static_cast<int>(round) * 50, 50);
    EXPECT_TRUE(source->losses().empty());
  }
  const auto values = state.sorted();
  EXPECT_EQ(std::adjacent_find(values.begin(), values.end()), values.end());
}

TEST(kafka_topic_change, a_topic_deleted_and_made_anew_while_running_is_a_loss_and_then_consumed_whole) {
  auto options = watchful_settings();
  options.on_data_loss = "earliest";
  make_topic(options, 2);
  produce(options, 0, 40);
  consumer_state state;
  const auto source = open_source(options, state);
  consume(*source, state, 40);
  const kafka_admin admin(options);
  admin.delete_topic();
  consume_through_trouble(*source, state, [&] { return source->obstacle().has_value(); });
  EXPECT_THAT(*source->obstacle(), HasSubstr("does not exist"));
  make_topic(options, 2);
  produce(options, 1'000, 200);
  consume_through_trouble(*source, state, [&] { return state.total() >= 240; });
  const auto values = state.sorted();
  EXPECT_EQ(std::adjacent_find(values.begin(), values.end()), values.end());
  EXPECT_EQ(source->losses().size(), 2U);
  consume_through_trouble(*source, state, [&] { return !source->obstacle().has_value(); });
}

/// The whole service, with events that have no id: only their place tells them apart.
class kafka_topic_change_served : public ::testing::Test {
 protected:
  void serve(const std::string& more) {
    std::ofstream(directory_ / "kafka.yaml") << "kafka: {" << more << "topic.metadata.refresh.interval.ms: 500}\n";
    service_ = std::make_unique<service_process>(
        directory_.path(),
        std::vector<std::string>{"--config", (directory_ / "kafka.yaml").string(), "--kafka", options_.brokers,
                                 "--topic", options_.topic, "--group", options_.group});
  }
  std::size_t events_of(const std::string& user) {
    const auto listed = service_->get("/v1/users/" + user + "/events?limit=1000");
    return listed.status == 200 ? listed.body.at("events").as_array().size() : 0;
  }
  /// Until the records that other producers sent are taken in.
  void await_events(const std::string& user, std::size_t count) {
    const auto until = std::chrono::steady_clock::now() + patience;
    while (events_of(user) < count && std::chrono::steady_clock::now() < until) std::this_thread::sleep_for(20ms);
    EXPECT_EQ(events_of(user), count) << user;
  }
  void send(const std::string& user, int first, int count) {
    auto sink = kafka_sink::open(options_, quiet_log());
    ASSERT_TRUE(sink);
    for (int n = first; n < first + count; ++n) {
      (*sink)->append(user,
                      R"({"user_id":")" + user + R"(","item_id":"i)" + std::to_string(n) + R"(","ts":)" +
                          std::to_string(1'700'000'000 + n) + "}",
                      [](const auto& where) { EXPECT_TRUE(where); });
    }
    ASSERT_TRUE((*sink)->flush(patience));
  }

  temporary_directory directory_;
  kafka_options options_ = kafka_settings(shared_kafka());
  std::unique_ptr<service_process> service_;
};

TEST_F(kafka_topic_change_served, neither_takes_new_events_for_old_ones_nor_calls_them_visible_too_early) {
  make_topic(options_, 1);
  serve("on_data_loss: earliest, ");
  send("ada", 0, 20);
  await_events("ada", 20);
  const kafka_admin admin(options_);
  admin.delete_topic();
  const auto until = std::chrono::steady_clock::now() + patience;
  while (service_->get("/readyz?verbose").raw.body.find("does not exist") == std::string::npos) {
    ASSERT_LT(std::chrono::steady_clock::now(), until);
    std::this_thread::sleep_for(20ms);
  }
  EXPECT_EQ(service_->get("/readyz").raw.body, R"({"status":"degraded"})") << "answers go on";
  make_topic(options_, 1);
  // The offsets of the first 10 are those of Ada's events.
  send("bob", 0, 10);
  await_events("bob", 10);
  const auto told = service_->post("/v1/events?wait=visible", R"({"user_id":"cyd","item_id":"i1","ts":1700000000})");
  EXPECT_EQ(told.status, 202U) << told.raw.body;
  EXPECT_EQ(events_of("cyd"), 1U) << "visible is visible";
  EXPECT_EQ(events_of("ada"), 20U);
  const auto verbose = service_->get("/readyz?verbose").raw.body;
  EXPECT_THAT(verbose, HasSubstr(R"("name":"data_loss","ok":true)"));
  EXPECT_THAT(verbose, HasSubstr("partition 0: offset 20 is wanted"));
  EXPECT_EQ(service_->get("/readyz").raw.body, R"({"status":"ready"})");
  const auto popular = service_->get("/v1/popular?k=100&window=all");
  std::int64_t counted = 0;
  for (const auto& each : popular.body.at("items").as_array()) counted += each.at("events").to_number<std::int64_t>();
  EXPECT_EQ(counted, 31) << popular.raw.body;

  // Nothing of it comes twice.
  service_->kill();
  serve("on_data_loss: earliest, ");
  send("bob", 10, 1);
  await_events("bob", 11);
  EXPECT_EQ(events_of("cyd"), 1U);
}

TEST_F(kafka_topic_change_served, counts_partitions_that_were_added_into_visibility_and_lag) {
  make_topic(options_, 1);
  serve("");
  kafka_admin(options_).add_partitions(4);
  const auto until = std::chrono::steady_clock::now() + patience;
  for (std::size_t partitions = 0; partitions < 4;) {
    ASSERT_LT(std::chrono::steady_clock::now(), until);
    std::this_thread::sleep_for(20ms);
    partitions = 0;
    const auto metrics = service_->get("/metrics?format=prometheus").raw.body;
    for (int n = 0; n < 4; ++n) {
      partitions +=
          metrics.find("freshet_consumer_lag_records{partition=\"" + std::to_string(n) + "\"} 0") != std::string::npos;
    }
  }
  std::set<std::int64_t> used;
  for (int n = 0; n < 20; ++n) {
    const auto user = "user-" + std::to_string(n);
    const auto told =
        service_->post("/v1/events?wait=visible", R"({"user_id":")" + user + R"(","item_id":"i1","ts":1700000000})");
    ASSERT_EQ(told.status, 202U) << told.raw.body;
    EXPECT_EQ(events_of(user), 1U);
  }
  const auto status = service_->get("/v1/status");
  for (const auto& each : status.body.at("ingestion").at("partitions").as_array()) {
    if (each.at("position").to_number<std::int64_t>() > 0) used.insert(each.at("partition").to_number<std::int64_t>());
  }
  EXPECT_EQ(used.size(), 4U) << "every partition took some of them";
}

}  // namespace
}  // namespace freshet

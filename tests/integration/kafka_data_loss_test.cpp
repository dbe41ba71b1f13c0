// Promise E5: an offset that the log does not hold is reported, and what happens next is a decision.
#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>

#include "io/events/kafka_source.hpp"
#include "tests/support/kafka_broker.hpp"
#include "tests/support/kafka_records.hpp"

namespace freshet {
namespace {

using namespace freshet::testing;
using namespace std::chrono_literals;

/// What retention does, at once.
void delete_records_before(const kafka_options& options, log_offset offset) {
  rd_kafka_conf_t* configuration = rd_kafka_conf_new();
  rd_kafka_conf_set(configuration, "bootstrap.servers", options.brokers.c_str(), nullptr, 0);
  rd_kafka_t* client = rd_kafka_new(RD_KAFKA_PRODUCER, configuration, nullptr, 0);
  rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(list, options.topic.c_str(), 0)->offset = offset;
  rd_kafka_DeleteRecords_t* request = rd_kafka_DeleteRecords_new(list);
  rd_kafka_queue_t* replies = rd_kafka_queue_new(client);
  rd_kafka_DeleteRecords(client, &request, 1, nullptr, replies);
  rd_kafka_event_t* reply = rd_kafka_queue_poll(replies, static_cast<int>(patience.count()));
  ASSERT_NE(reply, nullptr);
  EXPECT_EQ(rd_kafka_event_error(reply), RD_KAFKA_RESP_ERR_NO_ERROR);
  rd_kafka_event_destroy(reply);
  rd_kafka_queue_destroy(replies);
  rd_kafka_DeleteRecords_destroy(request);
  rd_kafka_topic_partition_list_destroy(list);
  rd_kafka_destroy(client);
}

/// A topic whose one partition holds 600..999, and a policy.
kafka_options topic_after_retention(const std::string& policy) {
  auto options = kafka_settings(shared_kafka());
  options.on_data_loss = policy;
  make_topic(options, 1);
  produce(options, 0, 1'000);
  delete_records_before(options, 600);
  return options;
}

consumer_state stored_at(log_offset offset) {
  consumer_state state;
  state.positions[partition_id{0}] = offset;
  return state;
}

void expect_one_loss(const event_source& source, log_offset wanted, log_offset first, log_offset next) {
  const auto losses = source.losses();
  ASSERT_EQ(losses.size(), 1u);
  EXPECT_EQ(losses[0].wanted, wanted);
  EXPECT_EQ(losses[0].available_first, first);
  EXPECT_EQ(losses[0].available_next, next);
}

result<record_batch> poll_until_something(event_source& source) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  for (;;) {
    auto batch = source.poll(2'000, 1'000ms);
    if (!batch || !batch->records.empty()) return batch;
    if (std::chrono::steady_clock::now() > deadline) return error{error_code::unavailable, "nothing came"};
  }
}

TEST(kafka_data_loss, halt_stops_the_partition_and_says_what_is_missing) {
  const auto options = topic_after_retention("halt");
  const auto state = stored_at(200);
  const auto source = open_source(options, state);
  const auto failed = poll_until_something(*source);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.failure().code, error_code::out_of_range);
  EXPECT_NE(failed.failure().message.find("offset 200 is wanted, but the log holds 600 to 999"), std::string::npos);
  expect_one_loss(*source, 200, 600, 1'000);
  const auto still = source->poll(10, 1'000ms);
  ASSERT_TRUE(still);
  EXPECT_TRUE(still->records.empty());
}

TEST(kafka_data_loss, earliest_goes_on_with_the_first_record_there_is) {
  const auto options = topic_after_retention("earliest");
  auto state = stored_at(200);
  const auto source = open_source(options, state);
  const auto batch = poll_until_something(*source);
  ASSERT_TRUE(batch) << batch.failure().message;
  EXPECT_EQ(batch->records.front().offset, 600);
  expect_one_loss(*source, 200, 600, 1'000);
}

TEST(kafka_data_loss, latest_goes_on_with_the_next_record_that_comes) {
  const auto options = topic_after_retention("latest");
  auto state = stored_at(200);
  const auto source = open_source(options, state);
  while (source->losses().empty()) ASSERT_TRUE(source->poll(10, 100ms));
  produce(options, 1'000, 5);
  const auto batch = poll_until_something(*source);
  ASSERT_TRUE(batch) << batch.failure().message;
  EXPECT_EQ(batch->records.front().offset, 1'000);
  expect_one_loss(*source, 200, 600, 1'000);
}

TEST(kafka_data_loss, a_position_beyond_the_end_is_a_loss_too) {
  const auto options = topic_after_retention("earliest");
  auto state = stored_at(5'000);
  const auto source = open_source(options, state);
  const auto batch = poll_until_something(*source);
  ASSERT_TRUE(batch) << batch.failure().message;
  EXPECT_EQ(batch->records.front().offset, 600);
  expect_one_loss(*source, 5'000, 600, 1'000);
}

TEST(kafka_data_loss, the_position_after_the_last_record_is_no_loss) {
  const auto options = topic_after_retention("halt");
  auto state = stored_at(1'000);
  const auto source = open_source(options, state);
  consume_until(*source, state, [&] { return !source->state().empty() && source->state()[0].end == 1'000; });
  produce(options, 1'000, 1);
  consume(*source, state, 1);
  EXPECT_TRUE(source->losses().empty());
}

TEST(kafka_data_loss, moving_one_partition_on_neither_repeats_nor_skips_in_the_others) {
  auto options = kafka_settings(shared_kafka());
  options.on_data_loss = "earliest";
  make_topic(options, 3);
  produce(options, 0, 30'000);
  delete_records_before(options, 100);
  // The others are well under way when partition 0 turns out to be lost: `apply` checks that no offset is skipped.
  const consumer_state stored = stored_at(50);
  const auto source = open_source(options, stored);
  consumer_state state;
  consume_until(*source, state, [&] { return state.sorted().size() >= 29'900; });
  const auto values = state.sorted();
  EXPECT_EQ(values.size(), 29'900u);
  EXPECT_EQ(std::adjacent_find(values.begin(), values.end()), values.end());
  EXPECT_EQ(source->losses().size(), 1u);
}

TEST(kafka_data_loss, the_other_partitions_go_on) {
  auto options = kafka_settings(shared_kafka());
  make_topic(options, 2);
  produce(options, 0, 1'000);
  delete_records_before(options, 100);
  consumer_state state = stored_at(50);
  const auto source = open_source(options, state);
  std::size_t refusals = 0;
  consumer_state rest;
  while (refusals == 0 || rest.total() == 0) {
    const auto batch = source->poll(1'000, 1'000ms);
    if (!batch) {
      ++refusals;
    } else {
      rest.apply(*batch);
    }
  }
  EXPECT_EQ(refusals, 1u);
  EXPECT_TRUE(rest.values.contains(partition_id{1}));
  EXPECT_FALSE(rest.values.contains(partition_id{0}));
}

}  // namespace
}  // namespace freshet

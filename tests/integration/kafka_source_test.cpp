#include "io/events/kafka_source.hpp"

#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>

#include <numeric>
#include <thread>

#include "core/base/strong_id.hpp"
#include "tests/support/kafka_broker.hpp"
#include "tests/support/kafka_records.hpp"

namespace freshet {
namespace {

using namespace freshet::testing;
using namespace std::chrono_literals;

std::vector<int> numbers(int count) {
  std::vector<int> all(count);
  std::iota(all.begin(), all.end(), 0);
  return all;
}

/// What lag monitors see of the group in partition 0.
log_offset committed_offset(const kafka_options& options) {
  rd_kafka_conf_t* configuration = rd_kafka_conf_new();
  rd_kafka_conf_set(configuration, "bootstrap.servers", options.brokers.c_str(), nullptr, 0);
  rd_kafka_conf_set(configuration, "group.id", options.group.c_str(), nullptr, 0);
  rd_kafka_t* client = rd_kafka_new(RD_KAFKA_CONSUMER, configuration, nullptr, 0);
  rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(list, options.topic.c_str(), 0);
  EXPECT_EQ(rd_kafka_committed(client, list, static_cast<int>(patience.count())), RD_KAFKA_RESP_ERR_NO_ERROR);
  const log_offset committed = list->elems[0].offset;
  rd_kafka_topic_partition_list_destroy(list);
  rd_kafka_destroy(client);
  return committed;
}

TEST(kafka_source, returns_every_record_once_and_each_partition_in_order) {
  const auto options = kafka_settings(shared_kafka());
  make_topic(options, 4);
  produce(options, 0, 100'000);

  consumer_state state;
  const auto source = open_source(options, state);
  consume(*source, state, 100'000);

  EXPECT_EQ(state.sorted(), numbers(100'000));
  EXPECT_EQ(state.values.size(), 4u);
  for (const auto& [partition, values] : state.values) EXPECT_TRUE(std::is_sorted(values.begin(), values.end()));
}

TEST(kafka_source, starts_at_the_stored_position_and_not_at_the_committed_one) {
  const auto options = kafka_settings(shared_kafka());
  make_topic(options, 1);
  produce(options, 0, 1'000);

  consumer_state state;
  {
    const auto source = open_source(options, state);
    consume(*source, state, 1'000);
    // The group is told of the end, the store goes back to the middle.
    source->commit_hint(partition_id{0}, 1'000);
    source->close(patience);
  }
  EXPECT_EQ(committed_offset(options), 1'000);
  consumer_state restored;
  restored.positions[partition_id{0}] = 400;
  const auto source = open_source(options, restored);
  consume(*source, restored, 600);
  EXPECT_EQ(restored.values[partition_id{0}].front(), 400);
  EXPECT_EQ(restored.values[partition_id{0}].back(), 999);
}

TEST(kafka_source, starts_a_partition_that_was_never_consumed_where_it_is_told) {
  auto options = kafka_settings(shared_kafka());
  options.start = "latest";
  make_topic(options, 1);
  produce(options, 0, 100);

  consumer_state state;
  const auto source = open_source(options, state);
  consume_until(*source, state, [&] { return !source->state().empty() && source->state()[0].end == 100; });
  EXPECT_EQ(state.total(), 0u);
  produce(options, 100, 10);
  consume(*source, state, 10);
  EXPECT_EQ(state.sorted().front(), 100);
}

TEST(kafka_source, serves_partitions_in_turns) {
  const auto options = kafka_settings(shared_kafka());
  make_topic(options, 2);
  produce(options, 0, 10'000);

  consumer_state state;
  const auto source = open_source(options, state);
  const auto take_ten = [&] {
    const auto batch = source->poll(10, 1'000ms);
    EXPECT_TRUE(batch);
    state.apply(*batch);
    return batch->partition;
  };
  while (state.values.size() < 2) take_ten();
  for (auto previous = take_ten(); state.total() < 1'000;) {
    const auto served = take_ten();
    ASSERT_NE(served, previous);
    previous = served;
  }
}

TEST(kafka_source, keeps_keys_headers_and_times) {
  const auto options = kafka_settings(shared_kafka());
  make_topic(options, 1);
  const std::string zero_inside("a\0b", 3);
  auto sink = kafka_sink::open(options, quiet_log());
  ASSERT_TRUE(sink);
  (*sink)->send({.topic = options.topic, .key = "u1", .value = zero_inside, .headers = {{"ce_id", "7"}, {"x", ""}}},
                [](const auto& where) { EXPECT_TRUE(where); });
  ASSERT_TRUE((*sink)->flush(patience));

  const consumer_state nothing;
  const auto source = open_source(options, nothing);
  record_batch batch;
  while (batch.records.empty()) batch = *source->poll(10, 1'000ms);
  const auto& record = batch.records.at(0);
  EXPECT_EQ(record.key, "u1");
  EXPECT_EQ(record.value, zero_inside);
  EXPECT_EQ(record.headers, (std::vector<std::pair<std::string, std::string>>{{"ce_id", "7"}, {"x", ""}}));
  EXPECT_GT(record.timestamp_ms, 1'600'000'000'000);
  EXPECT_EQ(batch.next_offset, 1);
}

TEST(kafka_source, knows_how_far_behind_it_is) {
  const auto options = kafka_settings(shared_kafka());
  make_topic(options, 1);
  produce(options, 0, 5'000);

  consumer_state state;
  const auto source = open_source(options, state);
  while (state.total() == 0) state.apply(*source->poll(1'000, 1'000ms));
  ASSERT_EQ(source->state().size(), 1u);
  EXPECT_EQ(source->state()[0].position, 1'000);
  EXPECT_EQ(source->state()[0].end, 5'000);
  consume(*source, state, 5'000);
  EXPECT_EQ(source->state()[0].position, 5'000);
}

TEST(kafka_source, wakes_from_waiting_when_told_even_if_told_before) {
  const auto options = kafka_settings(shared_kafka());
  make_topic(options, 1);
  const consumer_state nothing;
  const auto source = open_source(options, nothing);
  std::thread other([&] {
    std::this_thread::sleep_for(200ms);
    source->wake();
  });
  const auto batch = source->poll(10, patience * 10);
  other.join();
  ASSERT_TRUE(batch);
  EXPECT_TRUE(batch->records.empty());
  source->wake();
  EXPECT_TRUE(source->poll(10, patience * 10));
}

TEST(kafka_source, wakes_from_waiting_when_a_record_arrives) {
  const auto options = kafka_settings(shared_kafka());
  make_topic(options, 3);
  consumer_state state;
  const auto source = open_source(options, state);
  consume_until(*source, state, [&] { return state.positions.size() == 3; });
  std::thread other([&] {
    std::this_thread::sleep_for(1'000ms);
    produce(options, 0, 1);
  });
  const auto batch = source->poll(10, patience * 10);
  other.join();
  ASSERT_TRUE(batch);
  EXPECT_EQ(batch->records.size(), 1u);
}

TEST(kafka_source, refuses_a_topic_that_does_not_exist_and_says_how_to_create_it) {
  const auto options = kafka_settings(shared_kafka());
  const auto source = make_kafka_source(options, quiet_log());
  ASSERT_TRUE(source);
  const auto opened = (*source)->open([](partition_id) { return std::nullopt; });
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.failure().code, error_code::not_found);
  EXPECT_NE(opened.failure().message.find("tools/kafka topic " + options.topic), std::string::npos);
}

}  // namespace
}  // namespace freshet

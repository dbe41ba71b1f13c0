#include "io/events/kafka_sink.hpp"

#include <gtest/gtest.h>

#include <mutex>
#include <set>

#include "core/base/strong_id.hpp"
#include "io/events/dead_letter_topic.hpp"
#include "tests/support/kafka_broker.hpp"
#include "tests/support/kafka_records.hpp"

namespace freshet {
namespace {

using namespace freshet::testing;
using namespace std::chrono_literals;

TEST(kafka_sink, reports_where_each_record_lies) {
  const auto options = kafka_settings(shared_kafka());
  make_topic(options, 1);
  auto sink = kafka_sink::open(options, quiet_log());
  ASSERT_TRUE(sink);
  std::vector<log_offset> offsets;
  for (int i = 0; i < 5; ++i) {
    (*sink)->append("u", "v", [&](const result<event_sink::position>& where) { offsets.push_back(where->offset); });
  }
  ASSERT_TRUE((*sink)->flush(patience));
  EXPECT_EQ(offsets, (std::vector<log_offset>{0, 1, 2, 3, 4}));
}

// The partitions are those of Java's DefaultPartitioner: toPositive(murmur2(key)) % 7.
TEST(kafka_sink, chooses_the_partition_that_javas_producers_choose) {
  const auto options = kafka_settings(shared_kafka());
  make_topic(options, 7);
  auto sink = kafka_sink::open(options, quiet_log());
  ASSERT_TRUE(sink);
  std::mutex mutex;
  std::map<std::string, int> chosen;
  // murmur2 of these keys stands in Kafka's own UtilsTest.
  for (const std::string key : {"21", "foobar", "a-little-bit-long-string", "a-little-bit-longer-string",
                                "lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", "abc"}) {
    (*sink)->append(key, "v", [&, key](const result<event_sink::position>& where) {
      const std::lock_guard lock(mutex);
      chosen[key] = to_integer(where->partition);
    });
  }
  ASSERT_TRUE((*sink)->flush(patience));
  const auto partition = [](std::int32_t hash) { return (hash & 0x7fffffff) % 7; };
  EXPECT_EQ(chosen, (std::map<std::string, int>{
                        {"21", partition(-973932308)},
                        {"foobar", partition(-790332482)},
                        {"a-little-bit-long-string", partition(-985981536)},
                        {"a-little-bit-longer-string", partition(-1486304829)},
                        {"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", partition(-58897971)},
                        {"abc", partition(479470107)},
                    }));
}

TEST(kafka_sink, a_full_queue_is_said_at_once) {
  auto options = kafka_settings(shared_kafka());
  options.properties["queue.buffering.max.messages"] = "10";
  options.properties["linger.ms"] = "1000";
  make_topic(options, 1);
  auto sink = kafka_sink::open(options, quiet_log());
  ASSERT_TRUE(sink);
  std::mutex mutex;
  int delivered = 0;
  int refused = 0;
  for (int i = 0; i < 20; ++i) {
    (*sink)->append("u", "v", [&](const result<event_sink::position>& where) {
      const std::lock_guard lock(mutex);
      if (!where) {
        EXPECT_EQ(where.failure().code, error_code::exhausted);
      }
      ++(where ? delivered : refused);
    });
  }
  EXPECT_GE(refused, 10);
  ASSERT_TRUE((*sink)->flush(patience));
  EXPECT_EQ(delivered + refused, 20);
}

TEST(kafka_sink, a_record_for_a_missing_topic_is_refused) {
  auto options = kafka_settings(shared_kafka());
  options.properties["topic.metadata.propagation.max.ms"] = "100";
  auto sink = kafka_sink::open(options, quiet_log());
  ASSERT_TRUE(sink);
  std::optional<error> refusal;
  (*sink)->append("u", "v", [&](const auto& where) { refusal = where.failure(); });
  ASSERT_TRUE((*sink)->flush(patience));
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->code, error_code::not_found) << refusal->message;
}

TEST(kafka_sink, a_dead_letter_keeps_its_bytes_and_says_why) {
  const auto options = kafka_settings(shared_kafka());
  kafka_options letters = options;
  letters.topic = dead_letter_topic(options.topic);
  make_topic(letters, 1);
  auto sink = kafka_sink::open(options, quiet_log());
  ASSERT_TRUE(sink);
  const std::string bytes("{\"user_id\"\0:\xff", 13);
  (*sink)->send(to_dead_letter({.source = options.topic,
                                .partition = partition_id{3},
                                .offset = 17,
                                .reason = "not_json",
                                .message = "no",
                                .key = "u1",
                                .bytes = bytes},
                               letters.topic),
                [](const auto& where) { EXPECT_TRUE(where); });
  ASSERT_TRUE((*sink)->flush(patience));

  const consumer_state nothing;
  const auto source = open_source(letters, nothing);
  record_batch batch;
  while (batch.records.empty()) batch = *source->poll(10, 1'000ms);
  EXPECT_EQ(batch.records.at(0).value, bytes);
  EXPECT_EQ(batch.records.at(0).key, "u1");
  const auto& headers = batch.records.at(0).headers;
  const std::map<std::string, std::string> by_name(headers.begin(), headers.end());
  EXPECT_EQ(by_name.at("__connect.errors.topic"), options.topic);
  EXPECT_EQ(by_name.at("__connect.errors.partition"), "3");
  EXPECT_EQ(by_name.at("__connect.errors.offset"), "17");
  EXPECT_EQ(by_name.at("__connect.errors.exception.class.name"), "not_json");
}

}  // namespace
}  // namespace freshet

// `freshet produce`: files into a topic.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <set>

#include "io/events/event_codec.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/kafka_broker.hpp"
#include "tests/support/kafka_records.hpp"
#include "tests/support/temporary_directory.hpp"

namespace freshet {
namespace {

using namespace freshet::testing;
using namespace std::chrono_literals;
using ::testing::HasSubstr;

class kafka_produce : public ::testing::Test {
 protected:
  kafka_produce() : options_(kafka_settings(shared_kafka())) {}

  std::string write(const std::string& name, const std::string& text) {
    std::ofstream(directory_ / name) << text;
    return name;
  }
  std::vector<std::string> arguments(std::vector<std::string> more) const {
    std::vector<std::string> all{"produce", "--kafka", options_.brokers, "--topic", options_.topic};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  command_result produce(std::vector<std::string> more) const {
    return run_freshet(arguments(std::move(more)), directory_.path());
  }
  /// Everything in the topic, decoded.
  std::vector<event> consume_events(std::size_t count) const {
    const consumer_state nothing;
    const auto source = open_source(options_, nothing);
    event_decoder decoder(time_);
    std::vector<event> events;
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (events.size() < count && std::chrono::steady_clock::now() < deadline) {
      const auto batch = source->poll(1'000, 100ms);
      EXPECT_TRUE(batch);
      for (const auto& record : batch->records) {
        const auto decoded = decoder.decode(record.value, record.headers);
        const auto* value = std::get_if<event>(&decoded);
        EXPECT_NE(value, nullptr) << record.value;
        EXPECT_EQ(record.key, value->user_id);
        events.push_back(*value);
      }
    }
    return events;
  }

  temporary_directory directory_;
  kafka_options options_;
  system_clock time_;
};

TEST_F(kafka_produce, sends_every_event_keyed_by_user_and_passes_bad_rows_by) {
  const auto file = write("shop.csv",
                          "CustomerID,StockCode,InvoiceDate,Quantity\n"
                          "17850,85123A,2010-12-01 08:26:00,6\n"
                          "17850,71053,yesterday,6\n"
                          "13047,84406B,2010-12-01 08:34:00,-2\n");
  const auto done =
      produce({"--events", file, "--event-columns", "user_id=CustomerID,item_id=StockCode,ts=InvoiceDate,qty=Quantity",
               "--create-topic", "--partitions", "2", "--json"});
  EXPECT_EQ(done.exit_code, 0) << done.errors;
  EXPECT_THAT(done.output, HasSubstr(R"("read":3,"delivered":2,"rejected":1,"reasons":{"bad_time":1})"));
  EXPECT_EQ(*find_topic(options_, options_.topic, quiet_log(), patience), 2);

  const auto events = consume_events(2);
  ASSERT_EQ(events.size(), 2u);
  std::set<std::string> ids;
  for (const auto& event : events) ids.insert(event.event_id);
  EXPECT_EQ(ids.size(), 2u);
  EXPECT_FALSE(ids.contains(""));
}

TEST_F(kafka_produce, the_same_events_carry_the_same_ids_when_sent_again) {
  const auto csv = write("a.csv", "user_id,item_id,ts\nu1,i1,1700000000\nu1,i1,1700000000\nu2,i1,1700000001\n");
  const auto ndjson = write("b.ndjson",
                            "{\"userId\":\"u2\",\"itemId\":\"i1\",\"ts\":1700000001}\n"
                            "{\"userId\":\"u1\",\"itemId\":\"i1\",\"ts\":1700000000}\n"
                            "{\"userId\":\"u1\",\"itemId\":\"i1\",\"ts\":1700000000}\n");
  ASSERT_EQ(produce({"--events", csv, "--create-topic"}).exit_code, 0);
  ASSERT_EQ(produce({"--events", ndjson}).exit_code, 0);
  const auto events = consume_events(6);
  ASSERT_EQ(events.size(), 6u);
  std::map<std::string, int> times;
  for (const auto& event : events) ++times[event.event_id];
  EXPECT_EQ(times.size(), 3u);
  for (const auto& [id, count] : times) EXPECT_EQ(count, 2) << id;
}

TEST_F(kafka_produce, a_missing_topic_is_refused_and_both_ways_to_make_it_are_named) {
  const auto file = write("a.csv", "user_id,item_id,ts\nu1,i1,1700000000\n");
  const auto done = produce({"--events", file});
  EXPECT_EQ(done.exit_code, 1);
  EXPECT_THAT(done.errors, HasSubstr("tools/kafka topic " + options_.topic));
  EXPECT_THAT(done.errors, HasSubstr("--create-topic"));
}

TEST_F(kafka_produce, ctrl_c_ends_it_with_the_counts_of_what_arrived) {
  std::string rows = "user_id,item_id,ts\n";
  for (int i = 0; i < 1'000; ++i) rows += "u" + std::to_string(i) + ",i1,1700000000\n";
  const auto file = write("a.csv", rows);
  auto command = arguments({"--events", file, "--create-topic", "--rate", "20", "--json"});
  command.insert(command.begin(), FRESHET_BINARY);
  child_process sending(command, directory_.path(), "sending");
  const auto deadline = std::chrono::steady_clock::now() + patience;
  // Under way as soon as the first one is there.
  while (std::chrono::steady_clock::now() < deadline &&
         !find_topic(options_, options_.topic, quiet_log(), patience)->has_value()) {
  }
  const auto first = consume_events(1);
  ASSERT_FALSE(first.empty());
  sending.signal(SIGINT);
  EXPECT_EQ(sending.wait(patience), 128 + SIGINT);
  EXPECT_THAT(sending.output(), HasSubstr(R"("stopped":true)"));
  EXPECT_THAT(sending.output(), ::testing::Not(HasSubstr(R"("delivered":0,)")));
}

}  // namespace
}  // namespace freshet

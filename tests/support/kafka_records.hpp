// What: producing and consuming in one line each, for tests against a real broker.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "io/events/kafka_sink.hpp"
#include "io/events/kafka_source.hpp"
#include "io/events/kafka_topic.hpp"
#include "tests/support/recording_log.hpp"

namespace freshet::testing {

/// Everything here must happen within; no test waits this long when it passes.
inline constexpr std::chrono::milliseconds patience{120'000};

inline std::shared_ptr<recording_log> quiet_log() {
  return std::make_shared<recording_log>();
}

inline void make_topic(const kafka_options& options, std::int32_t partitions,
                       std::map<std::string, std::string> properties = {}) {
  const auto made =
      ensure_topic(options, {.name = options.topic, .partitions = partitions, .properties = std::move(properties)},
                   quiet_log(), patience);
  ASSERT_TRUE(made) << made.failure().message;
}

/// Records first, first + 1, ... with the number as value and "user-<number % keys>" as key.
inline void produce(const kafka_options& options, int first, int count, int keys = 1'000) {
  auto sink = kafka_sink::open(options, quiet_log());
  ASSERT_TRUE(sink) << sink.failure().message;
  std::atomic<int> delivered = 0;
  for (int number = first; number < first + count; ++number) {
    bool full = true;
    while (full) {
      full = false;
      (*sink)->append("user-" + std::to_string(number % keys), std::to_string(number),
                      [&delivered, &full](const result<event_sink::position>& where) {
                        if (where) {
                          ++delivered;
                        } else if (where.failure().code == error_code::exhausted) {
                          full = true;
                        }
                      });
      if (full) {
        ASSERT_TRUE((*sink)->flush(patience));
      }
    }
  }
  ASSERT_TRUE((*sink)->flush(patience));
  ASSERT_EQ(delivered, count);
}

/// What a consumer has stored: positions and the values that came, in the order they came.
struct consumer_state {
  std::map<partition_id, log_offset> positions;
  std::map<partition_id, std::vector<int>> values;
  std::map<partition_id, record_mark> marks;

  std::size_t total() const {
    std::size_t sum = 0;
    for (const auto& [partition, numbers] : values) sum += numbers.size();
    return sum;
  }
  std::vector<int> sorted() const {
    std::vector<int> all;
    for (const auto& [partition, numbers] : values) all.insert(all.end(), numbers.begin(), numbers.end());
    std::sort(all.begin(), all.end());
    return all;
  }
  event_source::position_lookup lookup() const {
    return [this](partition_id partition) -> std::optional<stored_position> {
      const auto found = positions.find(partition);
      if (found == positions.end()) return std::nullopt;
      const auto mark = marks.find(partition);
      return stored_position(found->second, mark == marks.end() ? std::nullopt : std::optional(mark->second));
    };
  }
  void apply(const record_batch& batch) {
    if (batch.next_offset < 0) return;
    if (batch.records.empty()) {
      positions[batch.partition] = batch.next_offset;
      marks.erase(batch.partition);
      return;
    }
    // Consecutive, and where the last batch of the partition ended.
    const auto stored = positions.find(batch.partition);
    if (stored != positions.end()) {
      ASSERT_EQ(batch.records.front().offset, stored->second);
    }
    for (const auto& record : batch.records) values[batch.partition].push_back(std::stoi(record.value));
    positions[batch.partition] = batch.next_offset;
    marks[batch.partition] = mark_of(batch.records.back());
  }
};

/// The state is asked for positions as long as the source lives.
inline std::unique_ptr<event_source> open_source(const kafka_options& options, const consumer_state& state) {
  auto source = make_kafka_source(options, quiet_log());
  EXPECT_TRUE(source) << source.failure().message;
  const auto opened = (*source)->open(state.lookup());
  EXPECT_TRUE(opened) << opened.failure().message;
  return std::move(*source);
}

std::unique_ptr<event_source> open_source(const kafka_options& options, consumer_state&& state) = delete;

/// Polls until `enough` or patience ends.
template <class Condition>
void consume_until(event_source& source, consumer_state& state, Condition enough) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!enough() && std::chrono::steady_clock::now() < deadline) {
    const auto batch = source.poll(1'000, std::chrono::milliseconds(100));
    ASSERT_TRUE(batch) << batch.failure().message;
    state.apply(*batch);
  }
  ASSERT_TRUE(enough()) << "only " << state.total() << " records came";
}

inline void consume(event_source& source, consumer_state& state, std::size_t total) {
  consume_until(source, state, [&] { return state.total() >= total; });
}

}  // namespace freshet::testing

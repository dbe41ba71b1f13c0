#include "io/store/embedded_log.hpp"

#include <atomic>
#include <future>
#include <map>
#include <thread>

#include <rocksdb/perf_context.h>

#include "io/store/murmur2.hpp"
#include "tests/io/store/store_fixture.hpp"

namespace freshet {
namespace {

using namespace testing;
using namespace std::chrono_literals;

constexpr auto long_enough = std::chrono::milliseconds(20'000);

std::unique_ptr<embedded_log> open_log(event_store& store, const embedded_log_options& options = {}) {
  auto log = expect_value(embedded_log::open(store, options));
  EXPECT_TRUE(log->open([&store](partition_id p) { return store.position("embedded", p); }));
  return log;
}

event_sink::position append(embedded_log& log, const std::string& key, const std::string& value) {
  std::promise<result<event_sink::position>> done;
  log.append(key, value, [&](result<event_sink::position> outcome) { done.set_value(std::move(outcome)); });
  return expect_value(done.get_future().get());
}

/// Stores what a consumer stores after a batch.
void consume(event_store& store, const record_batch& batch) {
  ingest_batch ingest;
  ingest.positions = {{"embedded", batch.partition, batch.next_offset}};
  ASSERT_TRUE(store.apply(ingest, false));
}

/// Polls until nothing comes; values by partition, in order.
std::map<partition_id, std::vector<std::string>> drain(embedded_log& log, std::size_t records_max = 100) {
  std::map<partition_id, std::vector<std::string>> values;
  for (;;) {
    const auto batch = expect_value(log.poll(records_max, 0ms));
    if (batch.records.empty()) return values;
    EXPECT_LE(batch.records.size(), records_max);
    for (const auto& record : batch.records) values[batch.partition].push_back(record.value);
  }
}

TEST(embedded_log, gives_back_what_was_appended) {
  const temporary_directory directory;
  auto store = open_store(directory / "db");
  auto log = open_log(*store);
  const auto at = append(*log, "user", "bytes\0more");
  EXPECT_EQ(at.partition, partition_of_key("user", 4));
  EXPECT_EQ(at.offset, 0);
  const auto batch = expect_value(log->poll(10, long_enough));
  ASSERT_EQ(batch.records.size(), 1U);
  EXPECT_EQ(batch.partition, at.partition);
  EXPECT_EQ(batch.next_offset, 1);
  EXPECT_EQ(batch.records[0].key, "user");
  EXPECT_EQ(batch.records[0].value, "bytes\0more");
  EXPECT_GT(batch.records[0].timestamp_ms, 1'600'000'000'000);
  EXPECT_TRUE(expect_value(log->poll(10, 0ms)).records.empty());
}

TEST(embedded_log, keeps_the_order_of_a_key) {
  const temporary_directory directory;
  auto store = open_store(directory / "db");
  auto log = open_log(*store, {.records_per_sync_max = 7});
  std::atomic<int> delivered = 0;
  for (int n = 0; n < 500; ++n) {
    log->append("key " + std::to_string(n % 9), std::to_string(n), [&](auto outcome) { delivered += outcome.ok(); });
  }
  ASSERT_TRUE(log->flush(long_enough));
  EXPECT_EQ(delivered, 500);
  std::map<std::string, int> last;
  std::size_t count = 0;
  for (;;) {
    const auto batch = expect_value(log->poll(3, 0ms));
    if (batch.records.empty()) break;
    ASSERT_LE(batch.records.size(), 3U) << "entries are cut where the caller wants";
    for (const auto& record : batch.records) {
      const int n = std::stoi(record.value);
      const auto [before, is_first] = last.try_emplace(record.key, -1);
      EXPECT_LT(before->second, n) << record.key;
      before->second = n;
      ++count;
    }
  }
  EXPECT_EQ(count, 500U);
}

TEST(embedded_log, lets_partitions_take_turns) {
  const temporary_directory directory;
  auto store = open_store(directory / "db");
  auto log = open_log(*store, {.partitions = 3});
  for (int n = 0; n < 30; ++n) log->append("", std::to_string(n), [](auto) {});
  ASSERT_TRUE(log->flush(long_enough));
  std::vector<partition_id> turns;
  for (int i = 0; i < 6; ++i) turns.push_back(expect_value(log->poll(2, 0ms)).partition);
  EXPECT_EQ(turns, (std::vector<partition_id>{partition_id{0}, partition_id{1}, partition_id{2}, partition_id{0},
                                              partition_id{1}, partition_id{2}}));
}

TEST(embedded_log, begins_where_the_store_stands) {
  const temporary_directory directory;
  auto store = open_store(directory / "db");
  auto log = open_log(*store, {.partitions = 1});
  for (int n = 0; n < 10; ++n) log->append("k", std::to_string(n), [](auto) {});
  ASSERT_TRUE(log->flush(long_enough));
  consume(*store, expect_value(log->poll(4, 0ms)));
  log.reset();
  store.reset();

  store = open_store(directory / "db");
  log = open_log(*store, {.partitions = 1});
  EXPECT_EQ(drain(*log).at(partition_id{0}), (std::vector<std::string>{"4", "5", "6", "7", "8", "9"}));
  EXPECT_EQ(append(*log, "k", "10").offset, 10);
  const auto states = log->state();
  ASSERT_EQ(states.size(), 1U);
  EXPECT_EQ(states[0].position, 10);
  EXPECT_EQ(states[0].end, 11);
}

TEST(embedded_log, waits_for_records_and_can_be_woken) {
  const temporary_directory directory;
  auto store = open_store(directory / "db");
  auto log = open_log(*store);
  auto waiting = std::async(std::launch::async, [&] { return log->poll(10, long_enough); });
  append(*log, "k", "v");
  EXPECT_EQ(expect_value(waiting.get()).records.size(), 1U);

  waiting = std::async(std::launch::async, [&] { return log->poll(10, long_enough); });
  log->wake();
  EXPECT_TRUE(expect_value(waiting.get()).records.empty());
}

TEST(embedded_log, refuses_what_does_not_fit_into_its_queue) {
  const temporary_directory directory;
  auto store = open_store(directory / "db");
  auto log = open_log(*store, {.queued_records_max = 0});
  std::optional<error> refusal;
  log->append("k", "v", [&](result<event_sink::position> outcome) { refusal = outcome.failure(); });
  ASSERT_TRUE(refusal) << "refused at once";
  EXPECT_EQ(refusal->code, error_code::exhausted);
}

TEST(embedded_log, takes_records_from_many_threads) {
  const temporary_directory directory;
  auto store = open_store(directory / "db");
  auto log = open_log(*store);
  std::vector<std::thread> threads;
  std::mutex mutex;
  std::set<std::pair<partition_id, log_offset>> places;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int n = 0; n < 250; ++n) {
        log->append("key " + std::to_string(t * 250 + n), "v", [&](result<event_sink::position> outcome) {
          const std::lock_guard guard(mutex);
          places.emplace(outcome->partition, outcome->offset);
        });
      }
    });
  }
  for (auto& thread : threads) thread.join();
  ASSERT_TRUE(log->flush(long_enough));
  EXPECT_EQ(places.size(), 1000U) << "every record lies at a place of its own";
  std::size_t read = 0;
  for (const auto& [partition, values] : drain(*log)) read += values.size();
  EXPECT_EQ(read, 1000U);
}

TEST(embedded_log, writes_what_waits_before_it_ends) {
  const temporary_directory directory;
  auto store = open_store(directory / "db");
  auto log = open_log(*store, {.partitions = 1, .records_per_sync_max = 3});
  std::atomic<int> delivered = 0;
  for (int n = 0; n < 50; ++n) log->append("k", "v", [&](auto outcome) { delivered += outcome.ok(); });
  log.reset();
  EXPECT_EQ(delivered, 50);
  EXPECT_EQ(drain(*open_log(*store, {.partitions = 1})).at(partition_id{0}).size(), 50U);
}

// --- trimming

/// Appends something until the writer has trimmed partition 0 up to `first`: a reader without a position begins there.
bool is_trimmed_to(event_store& store, embedded_log& log, log_offset first) {
  for (int attempt = 0; attempt < 2000; ++attempt) {
    if (!log.open([](partition_id) { return std::nullopt; }) || !log.poll(1, 0ms)) return false;
    // poll took one record when there was one.
    const auto state = log.state()[0];
    const auto begin = state.position - (state.position > first ? 1 : 0);
    if (begin == first) return true;
    std::this_thread::sleep_for(5ms);
  }
  ADD_FAILURE() << "stored position " << store.position("embedded", partition_id{0}).value_or(-1);
  return false;
}

TEST(embedded_log, removes_what_was_consumed_and_nothing_else) {
  const temporary_directory directory;
  auto store = open_store(directory / "db");
  const embedded_log_options options{.partitions = 1, .trim_interval = 1ms};
  {
    auto log = open_log(*store, options);
    for (int n = 0; n < 10; ++n) append(*log, "k", std::to_string(n));
    consume(*store, expect_value(log->poll(6, 0ms)));
    EXPECT_TRUE(is_trimmed_to(*store, *log, 6));
    EXPECT_TRUE(log->losses().empty());
  }
  store.reset();
  store = open_store(directory / "db");
  auto log = open_log(*store, options);
  EXPECT_EQ(drain(*log).at(partition_id{0}), (std::vector<std::string>{"6", "7", "8", "9"}));
}

TEST(embedded_log, counts_on_after_everything_was_removed) {
  const temporary_directory directory;
  auto store = open_store(directory / "db");
  const embedded_log_options options{.partitions = 1, .trim_interval = 1ms};
  {
    auto log = open_log(*store, options);
    for (int n = 0; n < 10; ++n) append(*log, "k", std::to_string(n));
    consume(*store, expect_value(log->poll(100, 0ms)));
    EXPECT_TRUE(is_trimmed_to(*store, *log, 10));
  }
  store.reset();
  store = open_store(directory / "db");
  auto log = open_log(*store, options);
  EXPECT_TRUE(drain(*log).empty());
  EXPECT_EQ(append(*log, "k", "10").offset, 10);
  EXPECT_EQ(drain(*log).at(partition_id{0}), std::vector<std::string>{"10"});
}

TEST(embedded_log, steps_over_nothing_that_was_removed) {
  const temporary_directory directory;
  auto store = open_store(directory / "db");
  auto log = open_log(*store, {.partitions = 1, .trim_interval = 1ms});
  constexpr int removed = 500;
  for (int n = 0; n < removed; ++n) append(*log, "k", std::to_string(n));
  while (log->state().at(0).position < removed) consume(*store, expect_value(log->poll(100, 0ms)));
  ASSERT_TRUE(is_trimmed_to(*store, *log, removed));
  append(*log, "k", "last");

  rocksdb::SetPerfLevel(rocksdb::kEnableCount);
  rocksdb::get_perf_context()->Reset();
  EXPECT_EQ(drain(*log).at(partition_id{0}), std::vector<std::string>{"last"});
  const auto& counted = *rocksdb::get_perf_context();
  EXPECT_GT(counted.seek_on_memtable_count, 0U);
  EXPECT_LT(counted.prev_on_memtable_count + counted.next_on_memtable_count, 20U);
  rocksdb::SetPerfLevel(rocksdb::kDisable);
}

TEST(embedded_log, keeps_an_entry_that_is_consumed_in_part) {
  const temporary_directory directory;
  auto store = open_store(directory / "db");
  const embedded_log_options options{.partitions = 1, .trim_interval = 1ms};
  auto log = open_log(*store, options);
  append(*log, "k", "alone");
  std::promise<void> gate;
  auto opened = gate.get_future();
  // The writer waits in the first delivery, so what follows becomes one entry.
  log->append("k", "first", [&](auto) { opened.wait(); });
  for (int n = 0; n < 5; ++n) log->append("k", std::to_string(n), [](auto) {});
  gate.set_value();
  ASSERT_TRUE(log->flush(long_enough));
  consume(*store, expect_value(log->poll(1, 0ms)));
  consume(*store, expect_value(log->poll(1, 0ms)));
  consume(*store, expect_value(log->poll(2, 0ms)));
  EXPECT_TRUE(is_trimmed_to(*store, *log, 2)) << "the entry of 2..6, of which two are consumed";
  ASSERT_TRUE(log->open([&](partition_id p) { return store->position("embedded", p); }));
  EXPECT_EQ(drain(*log).at(partition_id{0}), (std::vector<std::string>{"2", "3", "4"}));
}

TEST(embedded_log, still_serves_partitions_it_no_longer_fills) {
  const temporary_directory directory;
  auto store = open_store(directory / "db");
  {
    auto log = open_log(*store, {.partitions = 4});
    for (int n = 0; n < 40; ++n) log->append("", std::to_string(n), [](auto) {});
  }
  auto log = open_log(*store, {.partitions = 2});
  EXPECT_EQ(log->state().size(), 4U);
  std::size_t read = 0;
  for (const auto& [partition, values] : drain(*log)) read += values.size();
  EXPECT_EQ(read, 40U);
  EXPECT_LT(to_integer(append(*log, "some key", "v").partition), 2);
}

// --- data loss

TEST(embedded_log, halts_and_says_so_when_the_store_stands_beyond_its_end) {
  const temporary_directory directory;
  auto store = open_store(directory / "db");
  consume(*store, {.partition = partition_id{0}, .records = {}, .next_offset = 7});
  auto log = open_log(*store, {.partitions = 2});
  const auto polled = log->poll(10, 0ms);
  ASSERT_FALSE(polled);
  EXPECT_EQ(polled.failure().code, error_code::out_of_range);
  EXPECT_NE(polled.failure().message.find("offset 7"), std::string::npos);
  EXPECT_EQ(log->losses().size(), 1U);

  for (int n = 0; n < 10; ++n) log->append("", std::to_string(n), [](auto) {});
  ASSERT_TRUE(log->flush(long_enough));
  const auto values = drain(*log);
  EXPECT_FALSE(values.contains(partition_id{0})) << "it stands still";
  EXPECT_EQ(values.at(partition_id{1}).size(), 5U) << "the others go on";
}

TEST(embedded_log, goes_on_as_the_policy_says_after_a_loss) {
  const temporary_directory directory;
  auto store = open_store(directory / "db");
  auto log = open_log(*store, {.partitions = 1});
  for (int n = 0; n < 3; ++n) append(*log, "k", std::to_string(n));
  log.reset();
  consume(*store, {.partition = partition_id{0}, .records = {}, .next_offset = 70});

  log = open_log(*store, {.partitions = 1, .trim_interval = long_enough, .on_data_loss = data_loss_policy::latest});
  EXPECT_TRUE(drain(*log).empty());
  ASSERT_EQ(log->losses().size(), 1U);
  EXPECT_EQ(log->losses()[0].wanted, 70);
  EXPECT_EQ(log->losses()[0].available_next, 3);
}

TEST(embedded_log, removes_nothing_for_a_position_beyond_its_end) {
  const temporary_directory directory;
  auto store = open_store(directory / "db");
  consume(*store, {.partition = partition_id{0}, .records = {}, .next_offset = 70});
  auto log = open_log(*store, {.partitions = 1, .trim_interval = 1ms, .on_data_loss = data_loss_policy::earliest});
  // Before a record is delivered the writer has trimmed after the one before.
  for (int n = 0; n < 3; ++n) {
    append(*log, "k", std::to_string(n));
    std::this_thread::sleep_for(2ms);
  }
  EXPECT_EQ(drain(*log).at(partition_id{0}), (std::vector<std::string>{"0", "1", "2"}));
}

TEST(embedded_log, refuses_a_store_that_was_opened_for_reading) {
  const temporary_directory directory;
  auto owner = open_store(directory / "db");
  auto reader = expect_value(event_store::open_reader(directory / "db"));
  const auto log = embedded_log::open(*reader, {});
  ASSERT_FALSE(log);
  EXPECT_EQ(log.failure().code, error_code::unsupported);
}

}  // namespace
}  // namespace freshet

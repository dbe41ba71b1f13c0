// Promise D2: a write that fails leaves nothing that can be seen, reading goes on, and when the disk takes writes again
// the same batch is applied once. The failing disk is the limit of a file's size for this process.
#include <sys/resource.h>

#include <csignal>
#include <future>

#include "io/store/embedded_log.hpp"
#include "tests/io/store/store_fixture.hpp"

namespace freshet {
namespace {

using namespace testing;
using namespace std::chrono_literals;

/// While it lives, a file of this process can grow to this size and no further.
class file_size_limit {
 public:
  explicit file_size_limit(rlim_t bytes) {
    handler_ = std::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    rlimit now = before_;
    now.rlim_cur = bytes;
    ::setrlimit(RLIMIT_FSIZE, &now);
  }
  ~file_size_limit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int) = nullptr;
};

ingest_batch large_batch(std::uint64_t first, std::uint64_t count) {
  ingest_batch batch;
  for (auto n = first; n < first + count; ++n) {
    batch.events.push_back(numbered_event(n));
    auto& properties = batch.events.back().value.properties;
    random_source random(n);
    while (properties.size() < 1000) properties += std::to_string(random.next());
  }
  batch.positions = {{"topic", partition_id{0}, static_cast<log_offset>(first + count)}};
  return batch;
}

void apply(naive_store& oracle, const ingest_batch& batch) {
  for (const auto& event : batch.events) oracle.apply(event.value, event.identity);
  oracle.set_position("topic", 0, batch.positions[0].next_offset);
}

TEST(store_recovery, applies_a_batch_that_failed_when_writing_is_possible_again) {
  const temporary_directory directory;
  auto store = open_store(directory / "db");
  naive_store oracle;
  const auto before = large_batch(0, 100);
  ASSERT_TRUE(store->apply(before, true));
  apply(oracle, before);

  for (std::uint64_t round = 1; round <= 3; ++round) {
    const auto batch = large_batch(round * 1000, 1000);
    {
      const file_size_limit limit(400'000);
      for (int attempt = 0; attempt < 3; ++attempt) {
        const auto failed = store->apply(batch, true);
        ASSERT_FALSE(failed) << "a megabyte does not fit";
        EXPECT_EQ(failed.failure().code, error_code::io_failure) << failed.failure().message;
        expect_equal(*store, oracle);
      }
    }
    ASSERT_TRUE(store->apply(batch, true));
    apply(oracle, batch);
    expect_equal(*store, oracle);
    EXPECT_EQ(expect_value(store->apply(batch, true)).applied, 0U);
  }
  store.reset();
  expect_equal(*open_store(directory / "db"), oracle);
}

TEST(store_recovery, waits_for_a_reading_in_work) {
  const temporary_directory directory;
  auto store = open_store(directory / "db");
  ASSERT_TRUE(store->apply(large_batch(0, 10), true));
  const auto batch = large_batch(1000, 1000);
  {
    const file_size_limit limit(400'000);
    ASSERT_FALSE(store->apply(batch, true));
  }
  ASSERT_TRUE(store->for_each_history([&](user_index user, std::span<const interaction>) {
    EXPECT_EQ(store->apply(batch, true).failure().code, error_code::unavailable);
    EXPECT_TRUE(store->user_id(user)) << "reading goes on";
    return false;
  }));
  EXPECT_TRUE(store->apply(batch, true));
}

TEST(store_recovery, keeps_a_reserve_of_the_disk) {
  const temporary_directory directory;
  { ASSERT_TRUE(open_store(directory / "db")->apply(large_batch(0, 10), true)); }
  {
    auto store = open_store(directory / "db", {.reserved_bytes = UINT64_MAX});
    const auto refused = store->apply(large_batch(10, 10), true);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.failure().code, error_code::exhausted);
    EXPECT_EQ(expect_value(store->counts()).events, 10U);
    EXPECT_TRUE(store->history(user_index{0}));
  }
  EXPECT_TRUE(open_store(directory / "db")->apply(large_batch(10, 10), true));
}

TEST(store_recovery, lets_the_event_log_go_on) {
  const temporary_directory directory;
  auto store = open_store(directory / "db");
  auto log = expect_value(embedded_log::open(*store, {.partitions = 1}));
  ASSERT_TRUE(log->open([](partition_id) { return std::nullopt; }));
  const auto append = [&](const std::string& value) {
    std::promise<result<event_sink::position>> done;
    log->append("k", value, [&](result<event_sink::position> outcome) { done.set_value(std::move(outcome)); });
    return done.get_future().get();
  };
  ASSERT_TRUE(append("first"));
  {
    const file_size_limit limit(400'000);
    EXPECT_EQ(append(std::string(1'000'000, 'x')).failure().code, error_code::io_failure);
    EXPECT_FALSE(append(std::string(1'000'000, 'y')));
  }
  const auto at = append("second");
  ASSERT_TRUE(at) << at.failure().message;
  std::vector<std::string> values;
  while (values.empty() || values.back() != "second") {
    const auto batch = expect_value(log->poll(10, 10s));
    ASSERT_FALSE(batch.records.empty());
    for (const auto& record : batch.records) values.push_back(record.value.substr(0, 10));
  }
  EXPECT_EQ(values, (std::vector<std::string>{"first", "second"}));
}

}  // namespace
}  // namespace freshet

// Promise E1 under kill -9: a child process applies numbered batches, is killed at a random moment, and what it leaves
// behind is compared with the oracle's state at the position that is stored. 20 rounds; the child goes on each time.
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <thread>

#include "io/store/embedded_log.hpp"
#include "tests/io/store/store_fixture.hpp"

namespace freshet {
namespace {

using namespace testing;
using namespace std::chrono_literals;

constexpr int rounds = 20;
constexpr std::uint64_t events_per_batch = 40;
constexpr const char* directory_variable = "FRESHET_TEST_KILL_DIRECTORY";

/// Runs one of the disabled tests below in a process of its own (RocksDB's threads do not survive a fork), and kills
/// it.
class victim {
 public:
  victim(const std::string& test, const std::filesystem::path& directory) {
    pid_ = ::fork();
    if (pid_ != 0) return;
    ::setenv(directory_variable, directory.c_str(), 1);
    const auto filter = "--gtest_filter=" + test;
    ::execl("/proc/self/exe", "io_store_tests", "--gtest_also_run_disabled_tests", "--gtest_brief=1", filter.c_str(),
            nullptr);
    ::_exit(127);
  }
  void kill_after(std::chrono::microseconds time) {
    ASSERT_GT(pid_, 0);
    std::this_thread::sleep_for(time);
    ::kill(pid_, SIGKILL);
    int state = 0;
    ASSERT_EQ(::waitpid(pid_, &state, 0), pid_);
    ASSERT_TRUE(WIFSIGNALED(state)) << "the child ended by itself with " << WEXITSTATUS(state);
  }

 private:
  pid_t pid_ = -1;
};

std::filesystem::path directory_of_child() {
  const char* path = std::getenv(directory_variable);
  FRESHET_CHECK(path != nullptr, "this test is run by another");
  return path;
}

// --- batches

/// Batch number b begins with the last events of the batch before: redelivery.
ingest_batch numbered_batch(std::uint64_t b) {
  ingest_batch batch;
  const auto first = b * events_per_batch;
  for (auto n = first - std::min<std::uint64_t>(first, 7); n < first + events_per_batch; ++n) {
    batch.events.push_back(numbered_event(n));
  }
  batch.positions = {{"numbers", partition_id{0}, static_cast<log_offset>(b + 1)}};
  return batch;
}

TEST(store_kill, DISABLED_child_that_applies) {
  auto store = open_store(directory_of_child() / "db");
  ASSERT_NE(store, nullptr);
  auto b = static_cast<std::uint64_t>(store->position("numbers", partition_id{0}).value_or(0));
  for (;; ++b) ASSERT_TRUE(store->apply(numbered_batch(b), b % 5 == 0));
}

TEST(store_kill, leaves_whole_batches_behind) {
  random_source random(seed_of_this_run());
  const temporary_directory directory;
  naive_store oracle;
  std::uint64_t applied = 0;
  for (int round = 0; round < rounds; ++round) {
    victim child("store_kill.DISABLED_child_that_applies", directory.path());
    child.kill_after(std::chrono::microseconds(random.below(250'000)));

    const auto store = open_store(directory / "db");
    ASSERT_NE(store, nullptr);
    const auto position = static_cast<std::uint64_t>(store->position("numbers", partition_id{0}).value_or(0));
    ASSERT_GE(position, applied) << "round " << round << ": what was there is gone";
    for (; applied < position; ++applied) {
      for (const auto& event : numbered_batch(applied).events) oracle.apply(event.value, event.identity);
      oracle.set_position("numbers", 0, static_cast<std::int64_t>(applied) + 1);
    }
    expect_equal(*store, oracle);
    if (HasFailure()) FAIL() << "round " << round << ", position " << position;
  }
  EXPECT_GT(applied, 0U) << "no child came to work";
}

// --- items

/// Change number n of the catalogue touches three items: puts them with n as their title, or every third time deletes
/// them.
std::vector<std::string> items_of_change(std::uint64_t n) {
  return {"item-" + std::to_string(n % 7), "item-" + std::to_string(n % 11), "item-" + std::to_string(n % 13)};
}
bool is_removal(std::uint64_t n) {
  return n % 3 == 2;
}

void change_oracle(naive_store& oracle, std::uint64_t n) {
  for (const auto& id : items_of_change(n)) {
    if (is_removal(n)) {
      oracle.remove_item(id);
    } else {
      oracle.put_item(named_item(id, std::to_string(n)));
    }
  }
}

std::string name_of_changes(const std::filesystem::path& directory) {
  return (directory / "changes").string();
}

/// Writes n + 1 to a file when change n was acknowledged.
TEST(store_kill, DISABLED_child_that_changes_items) {
  const auto directory = directory_of_child();
  auto store = open_store(directory / "db");
  ASSERT_NE(store, nullptr);
  std::vector<std::string> all;
  for (int i = 0; i < 13; ++i) all.push_back("item-" + std::to_string(i));
  ASSERT_TRUE(store->intern_items(all));
  const int file = ::open(name_of_changes(directory).c_str(), O_RDWR | O_CREAT, 0600);
  std::uint64_t n = 0;
  if (::pread(file, &n, sizeof n, 0) != sizeof n) n = 0;
  for (;;) {
    const auto ids = items_of_change(n);
    if (is_removal(n)) {
      ASSERT_TRUE(store->remove_items(numbers_of(*store, ids)));
    } else {
      std::vector<item> items;
      for (const auto& id : ids) items.push_back(named_item(id, std::to_string(n)));
      ASSERT_TRUE(store->put_items(items));
    }
    ++n;
    FRESHET_CHECK(::pwrite(file, &n, sizeof n, 0) == sizeof n);
  }
}

/// Titles and deletions in words.
std::map<std::string, std::string> catalogue_of(const event_store& store) {
  std::map<std::string, std::string> found;
  EXPECT_TRUE(store.for_each_item([&](item_index, const item& one) { found[one.item_id] = *one.title; }));
  for (const auto number : expect_value(store.deleted_items())) found[expect_value(store.item_id(number))] = "deleted";
  return found;
}
std::map<std::string, std::string> catalogue_of(const naive_store& oracle) {
  std::map<std::string, std::string> found;
  for (const auto& [id, one] : oracle.described()) found[id] = *one.title;
  for (const auto& id : oracle.deleted()) found[id] = "deleted";
  return found;
}

TEST(store_kill, leaves_whole_changes_of_items_behind) {
  random_source random(seed_of_this_run());
  const temporary_directory directory;
  naive_store oracle;
  std::uint64_t changed = 0;
  for (int round = 0; round < rounds; ++round) {
    victim child("store_kill.DISABLED_child_that_changes_items", directory.path());
    child.kill_after(std::chrono::microseconds(random.below(250'000)));

    std::uint64_t acknowledged = 0;
    const int file = ::open(name_of_changes(directory.path()).c_str(), O_RDONLY);
    if (file >= 0 && ::pread(file, &acknowledged, sizeof acknowledged, 0) < 0) FAIL();
    ::close(file);
    for (; changed < acknowledged; ++changed) change_oracle(oracle, changed);
    const auto store = open_store(directory / "db");
    ASSERT_NE(store, nullptr);
    // The change in work when the process died is there as a whole or not at all.
    naive_store one_more = oracle;
    change_oracle(one_more, changed);
    const bool finished = catalogue_of(*store) == catalogue_of(one_more);
    expect_equal(*store, finished ? one_more : oracle);
    if (HasFailure()) FAIL() << "round " << round << ", change " << changed;
  }
  EXPECT_GT(changed, 2U) << "no child came to delete";
}

// --- the embedded log

std::string name_of_acknowledged(const std::filesystem::path& directory) {
  return (directory / "acknowledged").string();
}

/// Appends record n with the value n, writes n + 1 to a file when it is acknowledged, and consumes what it appended.
TEST(store_kill, DISABLED_child_that_appends) {
  const auto directory = directory_of_child();
  auto store = open_store(directory / "db");
  ASSERT_NE(store, nullptr);
  auto log = expect_value(embedded_log::open(*store, {.partitions = 1, .trim_interval = 1ms}));
  ASSERT_TRUE(log->open([&](partition_id p) { return store->position("embedded", p); }));
  const int file = ::open(name_of_acknowledged(directory).c_str(), O_WRONLY | O_CREAT, 0600);
  for (auto n = log->state()[0].end;; ++n) {
    log->append("k", std::to_string(n), [file](result<event_sink::position> at) {
      FRESHET_CHECK(at.ok());
      const log_offset next = at->offset + 1;
      FRESHET_CHECK(::pwrite(file, &next, sizeof next, 0) == sizeof next);
    });
    if (n % 64 != 0) continue;
    ASSERT_TRUE(log->flush(10s));
    const auto polled = expect_value(log->poll(50, 0ms));
    ingest_batch batch;
    for (const auto& record : polled.records) batch.events.push_back(numbered_event(std::stoull(record.value)));
    batch.positions = {{"embedded", partition_id{0}, polled.next_offset}};
    ASSERT_TRUE(store->apply(batch, false));
  }
}

TEST(store_kill, leaves_what_the_log_acknowledged_behind) {
  random_source random(seed_of_this_run());
  const temporary_directory directory;
  naive_store oracle;
  log_offset applied = 0;
  log_offset acknowledged = 0;
  for (int round = 0; round < rounds; ++round) {
    victim child("store_kill.DISABLED_child_that_appends", directory.path());
    child.kill_after(std::chrono::microseconds(random.below(250'000)));

    const int file = ::open(name_of_acknowledged(directory.path()).c_str(), O_RDONLY);
    if (file >= 0 && ::pread(file, &acknowledged, sizeof acknowledged, 0) < 0) FAIL();
    ::close(file);
    const auto store = open_store(directory / "db");
    ASSERT_NE(store, nullptr);
    const auto position = store->position("embedded", partition_id{0}).value_or(0);
    ASSERT_GE(position, applied);
    for (; applied < position; ++applied) {
      const auto event = numbered_event(static_cast<std::uint64_t>(applied));
      oracle.apply(event.value, event.identity);
      oracle.set_position("embedded", 0, applied + 1);
    }
    expect_equal(*store, oracle);

    auto log = expect_value(embedded_log::open(*store, {.partitions = 1}));
    ASSERT_TRUE(log->open([&](partition_id p) { return store->position("embedded", p); }));
    EXPECT_GE(log->state()[0].end, acknowledged);
    auto next = position;
    for (;;) {
      const auto batch = expect_value(log->poll(1000, 0ms));
      if (batch.records.empty()) break;
      for (const auto& record : batch.records) EXPECT_EQ(record.value, std::to_string(next++));
    }
    EXPECT_EQ(next, log->state()[0].end);
    if (HasFailure()) FAIL() << "round " << round << ", position " << position << ", acknowledged " << acknowledged;
  }
  EXPECT_GT(acknowledged, 0) << "no child came to work";
}

}  // namespace
}  // namespace freshet

// What:  how fast the store takes events in, and gives histories back:
//        `bench_store DIRECTORY [events] [users]`.
// How:   a skewed stream (user and item by the square of a uniform number, 1 % redelivered), applied in synced batches;
//        the same again through the embedded log (four producers, group commit, one consumer that applies unsynced);
//        a restart; warm histories; and the same number of records of the same size through RocksDB alone. Results are
//        checked against what was sent before a number is printed.
// Prints one JSON object.
#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "core/base/random.hpp"
#include "io/store/embedded_log.hpp"
#include "io/store/event_store.hpp"

namespace freshet {
namespace {

/// Wall time, and the CPU time of the whole process: on a busy machine only the second says something.
class stopwatch {
 public:
  double seconds() const { return std::chrono::duration<double>(clock::now() - start_).count(); }
  double cpu_seconds() const { return cpu_now() - cpu_start_; }

 private:
  using clock = std::chrono::steady_clock;
  static double cpu_now() {
    timespec now{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
  }
  clock::time_point start_ = clock::now();
  double cpu_start_ = cpu_now();
};

struct speed {
  double events_per_s{};
  double cpu_us_per_event{};
};
speed speed_of(const stopwatch& watch, std::uint64_t events) {
  const auto count = static_cast<double>(events);
  return {count / watch.seconds(), watch.cpu_seconds() / count * 1e6};
}

template <class T>
T must(result<T> outcome) {
  FRESHET_CHECK(outcome.ok(), outcome ? "" : outcome.failure().message.c_str());
  return std::move(outcome).value();
}

void must_succeed(const status& outcome) {
  FRESHET_CHECK(outcome.ok(), outcome ? "" : outcome.failure().message.c_str());
}

struct workload {
  std::uint64_t events{};
  std::uint64_t users{};
  std::uint64_t items = 100'000;

  identified_event event_number(std::uint64_t n) const {
    // One in a hundred is the event of a thousand before.
    if (n % 100 == 99 && n > 1000) n -= 1000;
    random_source random(n);
    event value;
    value.user_id = "user-" + std::to_string(skewed(random, users));
    value.item_id = "item-" + std::to_string(skewed(random, items));
    value.ts = 1'700'000'000 + static_cast<unix_seconds>(n / 100);
    value.event_type = "view";
    return {std::move(value), "id:event-" + std::to_string(n)};
  }

  static std::uint64_t skewed(random_source& random, std::uint64_t count) {
    const double u = random.uniform();
    return static_cast<std::uint64_t>(u * u * static_cast<double>(count));
  }

  std::vector<ingest_batch> batches(std::size_t size) const {
    std::vector<ingest_batch> all;
    for (std::uint64_t n = 0; n < events; ++n) {
      if (n % size == 0) all.emplace_back().events.reserve(size);
      all.back().events.push_back(event_number(n));
      all.back().positions = {{"bench", partition_id{0}, static_cast<log_offset>(n) + 1}};
    }
    return all;
  }
};

std::uint64_t bytes_below(const std::filesystem::path& directory) {
  std::uint64_t sum = 0;
  for (const auto& file : std::filesystem::recursive_directory_iterator(directory)) {
    if (file.is_regular_file()) sum += file.file_size();
  }
  return sum;
}

/// Events a second through `apply`; the store stays in the directory.
speed apply_speed(const std::filesystem::path& path, const workload& load, std::size_t batch_size) {
  const auto batches = load.batches(batch_size);
  auto store = must(event_store::open(path, {}));
  std::uint64_t applied = 0;
  std::uint64_t duplicates = 0;
  const stopwatch watch;
  for (const auto& batch : batches) {
    const auto outcome = must(store->apply(batch, true));
    applied += outcome.applied;
    duplicates += outcome.duplicates;
  }
  const auto speed = speed_of(watch, load.events);
  FRESHET_CHECK(applied + duplicates == load.events && must(store->counts()).events == applied);
  return speed;
}

/// Records a second that RocksDB takes by itself: as many as there are events, as long as an event is, 1,000 a synced
/// batch.
speed rocksdb_speed(const std::filesystem::path& path, const workload& load) {
  constexpr std::size_t value_bytes = 24;
  rocksdb::Options options;
  options.create_if_missing = true;
  rocksdb::DB* opened = nullptr;
  FRESHET_CHECK(rocksdb::DB::Open(options, path.string(), &opened).ok());
  const std::unique_ptr<rocksdb::DB> database(opened);
  rocksdb::WriteOptions synced;
  synced.sync = true;
  random_source random(1);
  const std::string value(value_bytes, 'v');
  rocksdb::WriteBatch batch;
  const stopwatch watch;
  for (std::uint64_t n = 0; n < load.events; ++n) {
    const std::array<std::uint64_t, 2> key{workload::skewed(random, load.users), random.next()};
    const auto* bytes = reinterpret_cast<const char*>(key.data());
    FRESHET_CHECK(batch.Put({bytes + 4, 12}, value).ok());
    if (n % 1000 < 999 && n + 1 < load.events) continue;
    FRESHET_CHECK(database->Write(synced, &batch).ok());
    batch.Clear();
  }
  return speed_of(watch, load.events);
}

/// Events a second from the first append to the last apply.
speed log_speed(const std::filesystem::path& path, const workload& load) {
  auto store = must(event_store::open(path, {}));
  auto log = must(embedded_log::open(*store, {.queued_records_max = 1'000'000}));
  must_succeed(log->open([&](partition_id p) { return store->position("embedded", p); }));
  constexpr std::uint64_t producers = 4;
  constexpr std::uint64_t in_flight_max = 20'000;
  std::vector<std::thread> threads;
  std::atomic<std::uint64_t> delivered = 0;
  const stopwatch watch;
  for (std::uint64_t t = 0; t < producers; ++t) {
    threads.emplace_back([&, t] {
      for (auto n = t; n < load.events; n += producers) {
        while (n > delivered + in_flight_max) std::this_thread::sleep_for(std::chrono::milliseconds(1));
        const auto event = load.event_number(n);
        log->append(event.value.user_id, std::to_string(n), [&](const result<event_sink::position>& at) {
          FRESHET_CHECK(at.ok());
          ++delivered;
        });
      }
    });
  }
  std::uint64_t consumed = 0;
  while (consumed < load.events) {
    const auto polled = must(log->poll(2000, std::chrono::milliseconds(100)));
    ingest_batch batch;
    for (const auto& record : polled.records) batch.events.push_back(load.event_number(std::stoull(record.value)));
    batch.positions = {{"embedded", polled.partition, polled.next_offset}};
    must(store->apply(batch, false));
    consumed += polled.records.size();
  }
  const auto speed = speed_of(watch, load.events);
  for (auto& thread : threads) thread.join();
  return speed;
}

/// Microseconds of CPU for the history of one user of those that have some.
double history_us(const event_store& store, const workload& load) {
  random_source random(3);
  constexpr int reads = 2000;
  std::vector<user_index> users;
  for (int i = 0; i < reads; ++i) {
    const auto user = must(store.find_user("user-" + std::to_string(workload::skewed(random, load.users))));
    if (user) users.push_back(*user);
  }
  double cpu_s = 0;
  for (int pass = 0; pass < 2; ++pass) {  // the first warms
    const stopwatch watch;
    for (const auto user : users) FRESHET_CHECK(!must(store.history(user)).empty());
    cpu_s = watch.cpu_seconds();
  }
  return cpu_s / static_cast<double>(users.size()) * 1e6;
}

void print(const char* name, const speed& measured) {
  std::printf("\"%s\": {\"events_per_s\": %.0f, \"cpu_us_per_event\": %.2f}, ", name, measured.events_per_s,
              measured.cpu_us_per_event);
}

void run(const std::filesystem::path& directory, const workload& load) {
  const auto by_1000 = apply_speed(directory / "batches-1000", load, 1000);
  const auto by_2000 = apply_speed(directory / "batches-2000", load, 2000);
  const auto log = log_speed(directory / "log", load);

  const stopwatch watch;
  const auto store = must(event_store::open(directory / "batches-1000", {}));
  const double open_s = watch.seconds();
  const double open_cpu_s = watch.cpu_seconds();
  const double bytes = static_cast<double>(bytes_below(directory / "batches-1000"));
  std::printf("{\"events\": %llu, \"users\": %llu, ", static_cast<unsigned long long>(load.events),
              static_cast<unsigned long long>(load.users));
  print("apply_1000", by_1000);
  print("apply_2000", by_2000);
  print("log", log);
  print("rocksdb_alone", rocksdb_speed(directory / "rocksdb", load));
  std::printf("\"bytes_per_event\": %.1f, \"open_s\": %.3f, \"open_cpu_s\": %.3f, \"history_cpu_us\": %.1f}\n",
              bytes / static_cast<double>(load.events), open_s, open_cpu_s, history_us(*store, load));
}

}  // namespace
}  // namespace freshet

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: bench_store DIRECTORY [events] [users]\n");
    return 2;
  }
  freshet::workload load;
  load.events = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1'000'000;
  load.users = argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 100'000;
  freshet::run(argv[1], load);
  return 0;
}

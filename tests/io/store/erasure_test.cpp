// Promise G1 at the store: whoever is erased is in no byte of its files, and no replay brings anybody back.
#include <rocksdb/sst_file_reader.h>

#include <chrono>
#include <fstream>
#include <future>
#include <iterator>

#include "io/store/embedded_log.hpp"
#include "io/store/erasure_ledger.hpp"
#include "tests/io/store/store_fixture.hpp"

namespace freshet {
namespace {

using namespace testing;
namespace fs = std::filesystem;

constexpr unix_seconds now = 1'700'000'000;

/// A table's keys and values; as it lies on disk it is compressed, and hides what it holds from a search.
std::string content_of_table(const fs::path& path) {
  rocksdb::SstFileReader table{rocksdb::Options()};
  if (!table.Open(path).ok()) return {};
  std::string content;
  const std::unique_ptr<rocksdb::Iterator> at(table.NewIterator({}));
  for (at->SeekToFirst(); at->Valid(); at->Next()) {
    content += at->key().ToString() + "\n" + at->value().ToString() + "\n";
  }
  return content;
}

/// The files below a place that hold one of the words.
std::vector<std::string> files_with(const fs::path& place, const std::vector<std::string>& words) {
  std::vector<std::string> found;
  for (const auto& file : fs::recursive_directory_iterator(place)) {
    if (!file.is_regular_file()) continue;
    std::ifstream in(file.path(), std::ios::binary);
    std::string bytes(std::istreambuf_iterator<char>(in), {});
    if (file.path().extension() == ".sst") bytes += content_of_table(file.path());
    for (const auto& word : words) {
      if (bytes.find(word) != std::string::npos) found.push_back(file.path().filename().string() + ": " + word);
    }
  }
  return found;
}

identified_event event_of(const std::string& user, const std::string& item, unix_seconds ts, const std::string& id) {
  auto made = purchase(user, item, ts, "id:" + id);
  made.value.event_id = id;
  made.value.properties = R"({"note":"of )" + user + "\"}";
  return made;
}

dead_letter letter_of(const std::string& key, const std::string& bytes, log_offset offset) {
  return {.source = "topic",
          .partition = partition_id{0},
          .offset = offset,
          .reason = "no_json",
          .message = "broken",
          .key = key,
          .bytes = bytes,
          .headers = {}};
}

erasure_order order_for(std::vector<std::string> ids, unix_seconds at = now) {
  return {.user_ids = std::move(ids), .erased_at = at, .log_ends = {}};
}

TEST(erasure, leaves_no_byte_of_the_user_and_everything_of_others) {
  const temporary_directory directory;
  auto store = open_store(directory / "db");
  naive_store oracle;
  for (int n = 0; n < 300; ++n) {
    const auto user = "neighbour-" + std::to_string(n % 30);
    const auto event = event_of(user, "item-" + std::to_string(n % 17), now - 500 + n, "n" + std::to_string(n));
    expect_value(store->apply(batch_of({event}), n % 10 == 0));
    oracle.apply(event.value, event.identity);
    if (n % 20 == 0) {
      expect_value(
          store->apply(batch_of({event_of("u-xyzzy", "item-only-xyzzy", now - n, "secret-" + std::to_string(n)),
                                 event_of("u-xyzzy", "item-1", now - n, "plugh-" + std::to_string(n))}),
                       false));
    }
    // So that it lies in tables, too, and some of it in levels below.
    if (n % 100 == 99) {
      store.reset();
      store = open_store(directory / "db");
    }
  }
  const std::vector<std::string> secrets{"u-xyzzy", "secret-", "plugh-"};
  EXPECT_FALSE(files_with(directory / "db", secrets).empty());

  const auto erased = expect_value(store->erase_users(order_for({"u-xyzzy", "u-xyzzy", "never-seen"})));
  EXPECT_EQ(erased.users, 1U);
  EXPECT_EQ(erased.events, 30U);
  EXPECT_EQ(files_with(directory.path(), secrets), std::vector<std::string>{});
  EXPECT_FALSE(expect_value(store->find_user("u-xyzzy")));
  expect_equal(*store, oracle);
  store.reset();
  EXPECT_EQ(files_with(directory.path(), secrets), std::vector<std::string>{});
  store = open_store(directory / "db");
  expect_equal(*store, oracle);
  EXPECT_TRUE(store->is_erased("u-xyzzy"));
  EXPECT_TRUE(store->is_erased("never-seen"));
  EXPECT_FALSE(store->is_erased("neighbour-1"));
}

TEST(erasure, outlives_a_replay_and_lets_a_customer_come_back) {
  const temporary_directory directory;
  auto store = open_store(directory / "db");
  ingest_batch first = batch_of({event_of("u1", "a", now - 10, "e1"), event_of("u2", "a", now - 9, "e2")});
  // Its clock was ahead: after the erasure by its time, before it by its place in the log.
  first.events.push_back(event_of("u1", "b", now + 60, "e3"));
  for (std::size_t i = 0; i < first.events.size(); ++i) first.events[i].offset = static_cast<log_offset>(i);
  first.positions = {{"topic", partition_id{3}, 3}};
  expect_value(store->apply(first, true));
  // Two more lie in the log, and nobody has consumed them yet.
  auto order = order_for({"u1"});
  order.log_ends = {{"topic", partition_id{3}, 5}};
  EXPECT_EQ(expect_value(store->erase_users(order)).events, 2U);

  for (int restart = 0; restart < 2; ++restart) {
    const auto again = expect_value(store->apply(first, true));
    EXPECT_EQ(again.applied, 0U);
    EXPECT_EQ(again.dropped, 2U);
    EXPECT_EQ(again.duplicates, 1U);
    EXPECT_TRUE(again.touched.empty());
    EXPECT_FALSE(expect_value(store->find_user("u1")));
    store.reset();
    store = open_store(directory / "db");
  }
  ingest_batch late = batch_of({event_of("u1", "c", now + 60, "e4"), event_of("u1", "d", now + 61, "e5")});
  late.events[0].offset = 4;
  late.events[1].offset = 5;
  late.positions = {{"topic", partition_id{3}, 6}};
  EXPECT_EQ(expect_value(store->apply(late, true)).applied, 1U) << "offset 5 is the first after the erasure";
  // The same offset of another log says nothing.
  late.events = {event_of("u1", "e", now + 70, "e6"), event_of("u1", "f", now, "e7")};
  late.events[0].offset = 0;
  late.positions = {{"another", partition_id{3}, 1}};
  EXPECT_EQ(expect_value(store->apply(late, true)).applied, 1U);
  const auto number = expect_value(store->find_user("u1"));
  ASSERT_TRUE(number);
  std::multiset<std::string> items;
  for (const auto& each : expect_value(store->events(*number, 10, std::nullopt))) items.insert(each.value.item_id);
  EXPECT_EQ(items, (std::multiset<std::string>{"d", "e"}));
  EXPECT_EQ(expect_value(store->user_id(*number)), "u1");
}

TEST(erasure, takes_the_dead_letters_that_name_the_user_and_no_others) {
  const temporary_directory directory;
  auto store = open_store(directory / "db");
  ingest_batch batch;
  batch.dead_letters = {letter_of("u-1", "{", 0),
                        letter_of("", R"({"user_id": "u-1", "item)", 1),
                        letter_of("", R"({"user_id": "u-11"})", 2),
                        letter_of("u-2", "x", 3),
                        letter_of("", R"({"userId" : 5, "qty": 7)", 4),
                        letter_of("", R"({"userId": 6, "qty": 5)", 5),
                        letter_of("", "csv,u-1,item", 6)};
  batch.dead_letters[3].headers = {{"who", "u-1"}};
  expect_value(store->apply(batch, true));
  EXPECT_EQ(expect_value(store->erase_users(order_for({"u-1", "5"}))).dead_letters, 5U);
  std::vector<log_offset> left;
  for (const auto& each : expect_value(store->waiting_dead_letters(100))) left.push_back(each.letter.offset);
  EXPECT_EQ(left, (std::vector<log_offset>{2, 5}));
  EXPECT_EQ(expect_value(store->counts()).dead_letters, 2U);
  EXPECT_EQ(files_with(directory.path(), {"\"u-1\"", "csv,u-1"}), std::vector<std::string>{});

  // A replay brings none of them back; what comes later does come.
  batch.positions = {{"topic", partition_id{0}, 7}};
  expect_value(store->apply(batch, true));
  EXPECT_EQ(expect_value(store->counts()).dead_letters, 7U) << "their log was not consumed at the erasure";
  EXPECT_EQ(expect_value(store->erase_users(order_for({"u-1", "5"}))).dead_letters, 5U);
  expect_value(store->apply(batch, true));
  EXPECT_EQ(expect_value(store->counts()).dead_letters, 2U);
}

TEST(erasure, empties_records_of_the_embedded_log_where_they_lie) {
  const temporary_directory directory;
  auto store = open_store(directory / "db");
  const auto open_log = [&] {
    return expect_value(embedded_log::open(*store, {.partitions = 1, .trim_interval = std::chrono::hours(1)}));
  };
  auto log = open_log();
  const auto append = [&](const std::string& user, const std::string& value) {
    std::promise<bool> done;
    log->append(user, value, [&](auto where) { done.set_value(where.ok()); });
    EXPECT_TRUE(done.get_future().get());
  };
  for (int n = 0; n < 4; ++n) {
    append("u-xyzzy", "secret-" + std::to_string(n));
    append("other", "open-" + std::to_string(n));
  }
  append("u-xyzzy", "secret-last");
  EXPECT_EQ(expect_value(store->erase_users(order_for({"u-xyzzy"}))).log_records, 5U);
  EXPECT_EQ(files_with(directory.path(), {"u-xyzzy", "secret-"}), std::vector<std::string>{});

  for (int restart = 0; restart < 2; ++restart) {
    ASSERT_TRUE(log->open([](partition_id) { return std::optional<log_offset>(); }));
    std::vector<std::pair<log_offset, std::string>> read;
    log_offset next = 0;
    while (next < 9) {
      const auto batch = expect_value(log->poll(3, std::chrono::seconds(5)));
      for (const auto& each : batch.records) read.emplace_back(each.offset, each.value);
      ASSERT_GT(batch.next_offset, next);
      next = batch.next_offset;
    }
    EXPECT_EQ(read, (std::vector<std::pair<log_offset, std::string>>{
                        {1, "open-0"}, {3, "open-1"}, {5, "open-2"}, {7, "open-3"}}));
    log.reset();
    store.reset();
    store = open_store(directory / "db");
    log = open_log();
  }
}

TEST(erasure, waits_for_reads_from_before_and_lets_others_go_on) {
  const temporary_directory directory;
  auto store = open_store(directory / "db");
  for (int n = 0; n < 50; ++n) {
    expect_value(
        store->apply(batch_of({event_of("user-" + std::to_string(n), "a", now, "e" + std::to_string(n))}), false));
  }
  std::future<result<erasure_outcome>> erasing;
  int seen = 0;
  const auto visited = store->for_each_event([&](const interaction&) {
    if (++seen == 1) {
      erasing = std::async(std::launch::async, [&] { return store->erase_users(order_for({"user-7", "user-40"})); });
      // As soon as it is written nobody finds them any more, although this pass still stands on its old state.
      while (expect_value(store->find_user("user-7"))) std::this_thread::yield();
      EXPECT_TRUE(store->apply(batch_of({event_of("user-1", "b", now, "meanwhile")}), false));
      EXPECT_EQ(erasing.wait_for(std::chrono::milliseconds(50)), std::future_status::timeout);
    }
    return true;
  });
  EXPECT_TRUE(visited);
  EXPECT_EQ(seen, 50);
  EXPECT_EQ(expect_value(erasing.get()).users, 2U);
  EXPECT_EQ(files_with(directory.path(), {"user-7", "user-40"}), std::vector<std::string>{});
}

TEST(erasure, of_ten_thousand_users_is_one_go) {
  const temporary_directory directory;
  auto store = open_store(directory / "db");
  std::vector<std::string> ids;
  for (int chunk = 0; chunk < 40; ++chunk) {
    ingest_batch batch;
    for (int n = 0; n < 500; ++n) {
      const auto user = (n % 2 == 0 ? "gone-" : "here-") + std::to_string(chunk * 500 + n);
      if (n % 2 == 0) ids.push_back(user);
      for (int e = 0; e < 5; ++e) {
        batch.events.push_back(event_of(user, "item-" + std::to_string((n + e) % 300), now, user + std::to_string(e)));
      }
    }
    expect_value(store->apply(batch, false));
  }
  ASSERT_EQ(ids.size(), 10'000U);
  const auto start = std::chrono::steady_clock::now();
  const auto erased = expect_value(store->erase_users(order_for(ids)));
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  std::printf("10,000 users with 50,000 events erased in %.2f s\n", took.count());
  EXPECT_EQ(erased.users, 10'000U);
  EXPECT_EQ(erased.events, 50'000U);
  const auto left = expect_value(store->counts());
  EXPECT_EQ(left.users, 10'000U);
  EXPECT_EQ(left.events, 50'000U);
  EXPECT_EQ(files_with(directory.path(), {"gone-"}), std::vector<std::string>{});
}

TEST(erasure_ledger, erases_from_a_restored_copy_and_from_a_database_made_anew) {
  const temporary_directory directory;
  auto store = open_store(directory / "db");
  const auto batch = batch_of({event_of("u-xyzzy", "a", now - 1, "e1"), event_of("other", "a", now - 1, "e2")});
  expect_value(store->apply(batch, true));
  store.reset();
  fs::copy(directory / "db", directory / "copy", fs::copy_options::recursive);
  store = open_store(directory / "db");
  expect_value(store->erase_users(order_for({"u-xyzzy"})));
  // A customer again, and in the database from before the ledger is applied.
  expect_value(store->apply(batch_of({event_of("u-xyzzy", "b", now + 9, "e3")}), true));
  EXPECT_EQ(expect_value(apply_erasure_ledger(*store, directory / "db.erasures")).users, 0U);
  EXPECT_TRUE(expect_value(store->find_user("u-xyzzy")));
  store.reset();

  store = open_store(directory / "copy");
  EXPECT_TRUE(expect_value(store->find_user("u-xyzzy")));
  EXPECT_EQ(expect_value(apply_erasure_ledger(*store, directory / "db.erasures")).events, 1U);
  EXPECT_FALSE(expect_value(store->find_user("u-xyzzy")));
  EXPECT_EQ(files_with(directory / "copy", {"u-xyzzy"}), std::vector<std::string>{});
  EXPECT_EQ(expect_value(store->apply(batch, true)).applied, 0U);
  EXPECT_EQ(expect_value(apply_erasure_ledger(*store, directory / "none")).users, 0U);
  store.reset();

  fs::remove_all(directory / "db");
  store = open_store(directory / "db");
  EXPECT_EQ(expect_value(store->apply(batch, true)).applied, 1U);
  EXPECT_FALSE(expect_value(store->find_user("u-xyzzy")));
  EXPECT_EQ(expect_value(store->apply(batch_of({event_of("u-xyzzy", "b", now + 9, "e3")}), true)).applied, 1U);
}

TEST(erasure_ledger, is_read_as_it_was_written_and_survives_a_torn_line) {
  const temporary_directory directory;
  const auto path = directory / "db.erasures";
  EXPECT_EQ(ledger_of(directory / "db/"), path);
  EXPECT_FALSE(expect_value(read_erasure_ledger(path)));
  const erasure_note first{.erased_at = now,
                           .before = {{"shop.events", partition_id{12}, 34}, {"embedded", {}, 5}},
                           .users = {1, UINT64_MAX}};
  const erasure_note second{.erased_at = now + 1, .before = {}, .users = {7}};
  ASSERT_TRUE(append_to_erasure_ledger(path, 99, first));
  std::ofstream(path, std::ios::app) << "170000 shop.ev";
  ASSERT_TRUE(append_to_erasure_ledger(path, 99, second));
  const auto read = expect_value(read_erasure_ledger(path));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->salt, 99U);
  ASSERT_EQ(read->notes.size(), 2U);
  EXPECT_EQ(read->notes[0].users, first.users);
  ASSERT_EQ(read->notes[0].before.size(), 2U);
  EXPECT_EQ(read->notes[0].before[0].source, "shop.events");
  EXPECT_EQ(read->notes[0].before[0].partition, partition_id{12});
  EXPECT_EQ(read->notes[0].before[0].next_offset, 34);
  EXPECT_EQ(read->notes[1].erased_at, now + 1);
  EXPECT_EQ(append_to_erasure_ledger(path, 98, second).failure().code, error_code::conflict);
  std::ofstream(path, std::ios::app) << "nonsense\n";
  const auto damaged = read_erasure_ledger(path);
  ASSERT_FALSE(damaged);
  EXPECT_NE(damaged.failure().message.find("line 4"), std::string::npos) << damaged.failure().message;
}

}  // namespace
}  // namespace freshet

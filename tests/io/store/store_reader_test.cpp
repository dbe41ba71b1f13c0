#include <fstream>
#include <thread>

#include "io/store/rocks_store.hpp"
#include "tests/io/store/store_fixture.hpp"

namespace freshet {
namespace {

using namespace testing;

void apply_numbered(event_store& store, naive_store& oracle, std::uint64_t first, std::uint64_t last) {
  ingest_batch batch;
  for (auto n = first; n < last; ++n) {
    batch.events.push_back(numbered_event(n));
    oracle.apply(batch.events.back().value, batch.events.back().identity);
  }
  batch.positions = {{"topic", partition_id{0}, static_cast<log_offset>(last)}};
  oracle.set_position("topic", 0, static_cast<std::int64_t>(last));
  ASSERT_TRUE(store.apply(batch, false));
}

TEST(store_reader, sees_what_the_owner_wrote_after_a_refresh) {
  const temporary_directory directory;
  auto owner = open_store(directory / "db");
  naive_store oracle;
  apply_numbered(*owner, oracle, 0, 300);
  auto reader = expect_value(event_store::open_reader(directory / "db"));
  expect_equal(*reader, oracle);

  const auto before = oracle;
  apply_numbered(*owner, oracle, 300, 600);
  expect_equal(*reader, before);
  ASSERT_TRUE(reader->refresh());
  expect_equal(*reader, oracle);
}

TEST(store_reader, follows_an_owner_that_flushes_and_compacts) {
  const temporary_directory directory;
  auto owner = open_store(directory / "db");
  auto& db = dynamic_cast<rocks_store&>(*owner).files();
  naive_store oracle;
  apply_numbered(*owner, oracle, 0, 100);
  auto reader = expect_value(event_store::open_reader(directory / "db"));
  for (std::uint64_t round = 1; round < 6; ++round) {
    apply_numbered(*owner, oracle, round * 100, (round + 1) * 100);
    for (const auto which : {family::hist, family::ids, family::meta}) {
      const auto files = expect_value(db.files());
      ASSERT_TRUE((*files)->Flush({}, (*files)[which]).ok());
      ASSERT_TRUE((*files)->CompactRange({}, (*files)[which], nullptr, nullptr).ok());
    }
    ASSERT_TRUE(reader->refresh());
    expect_equal(*reader, oracle);
  }
}

void flush(database& db, family which) {
  const auto files = expect_value(db.files());
  EXPECT_TRUE((*files)->Flush({}, (*files)[which]).ok());
}

TEST(store_reader, sees_whole_batches_of_a_busy_owner) {
  const temporary_directory directory;
  auto owner = open_store(directory / "db");
  ASSERT_TRUE(owner->apply({}, true));
  std::atomic<bool> stop = false;
  std::thread writer([&] {
    auto& db = dynamic_cast<rocks_store&>(*owner).files();
    for (int n = 0; !stop; ++n) {
      ingest_batch batch;
      for (int i = 0; i < 10; ++i) batch.events.push_back(purchase("u", "i", n, std::to_string(n * 10 + i)));
      batch.positions = {{"topic", partition_id{0}, n + 1}};
      EXPECT_TRUE(owner->apply(batch, false));
      if (n % 64 == 0) flush(db, n % 128 == 0 ? family::meta : family::hist);
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  });
  auto reader = expect_value(event_store::open_reader(directory / "db"));
  for (int round = 0; round < 10; ++round) {
    EXPECT_TRUE(reader->refresh());
    const auto batches = reader->position("topic", partition_id{0}).value_or(0);
    EXPECT_EQ(expect_value(reader->counts()).events, static_cast<std::uint64_t>(batches) * 10);
    const auto user = expect_value(reader->find_user("u"));
    const auto events = user ? expect_value(reader->history(*user)).size() : 0;
    EXPECT_EQ(events, static_cast<std::size_t>(batches) * 10);
  }
  stop = true;
  writer.join();
}

TEST(store_reader, sees_which_items_the_owner_deleted_after_a_refresh) {
  const temporary_directory directory;
  auto owner = open_store(directory / "db");
  naive_store oracle;
  for (const auto* id : {"lamp", "chair"}) {
    EXPECT_TRUE(owner->put_items(std::vector<item>{named_item(id, "new")}));
    oracle.put_item(named_item(id, "new"));
  }
  auto reader = expect_value(event_store::open_reader(directory / "db"));
  EXPECT_TRUE(owner->remove_items(numbers_of(*owner, {"lamp"})));
  expect_equal(*reader, oracle);
  ASSERT_TRUE(reader->refresh());
  oracle.remove_item("lamp");
  expect_equal(*reader, oracle);
}

TEST(store_reader, writes_nothing) {
  const temporary_directory directory;
  auto owner = open_store(directory / "db");
  auto reader = expect_value(event_store::open_reader(directory / "db"));
  EXPECT_EQ(reader->apply(batch_of({purchase("u", "i", 1, "1")}), true).failure().code, error_code::unsupported);
  EXPECT_EQ(reader->intern_items(std::vector<std::string>{"i"}).failure().code, error_code::unsupported);
  EXPECT_EQ(reader->remove_items(std::vector<item_index>{item_index{0}}).failure().code, error_code::unsupported);
  EXPECT_TRUE(owner->apply(batch_of({purchase("u", "i", 1, "1")}), true));
}

TEST(store_reader, leaves_nothing_behind) {
  const temporary_directory directory;
  const temporary_directory scratch;
  { open_store(directory / "db"); }
  const char* before = std::getenv("TMPDIR");
  const std::string saved = before != nullptr ? before : "";
  ::setenv("TMPDIR", scratch.path().c_str(), 1);
  {
    auto reader = expect_value(event_store::open_reader(directory / "db"));
    EXPECT_FALSE(std::filesystem::is_empty(scratch.path())) << "its log lies there";
  }
  EXPECT_TRUE(std::filesystem::is_empty(scratch.path()));
  if (before != nullptr) {
    ::setenv("TMPDIR", saved.c_str(), 1);
  } else {
    ::unsetenv("TMPDIR");
  }
}

TEST(store_reader, reads_beside_a_writer_without_tearing_a_batch) {
  const temporary_directory directory;
  auto store = open_store(directory / "db");
  // Every batch adds two events to each of three users: a history of odd length would be half a batch.
  std::atomic<bool> done = false;
  std::thread writer([&] {
    for (int n = 0; n < 200; ++n) {
      ingest_batch batch;
      for (int i = 0; i < 6; ++i) {
        batch.events.push_back(purchase("user" + std::to_string(i % 3), "item" + std::to_string(n), 1000 + n % 3,
                                        std::to_string(n) + "/" + std::to_string(i)));
      }
      EXPECT_TRUE(store->apply(batch, false));
    }
    done = true;
  });
  while (!done) {
    for (const auto* id : {"user0", "user1", "user2"}) {
      const auto user = expect_value(store->find_user(id));
      if (!user) continue;
      EXPECT_EQ(expect_value(store->history(*user)).size() % 2, 0U);
      EXPECT_EQ(expect_value(store->events(*user, 10, std::nullopt)).size() % 2, 0U);
    }
    EXPECT_EQ(expect_value(store->counts()).events % 6, 0U);
  }
  writer.join();
  EXPECT_EQ(expect_value(store->history(user_index{0})).size(), 400U);
}

// --- what the files say at open

/// Puts a record into the meta family of a closed store.
void put_meta(const std::filesystem::path& path, std::string_view key, const std::string& value) {
  auto store = open_store(path);
  auto& db = dynamic_cast<rocks_store&>(*store).files();
  auto batch = db.begin();
  ASSERT_TRUE(batch);
  batch->put(family::meta, key, value);
  ASSERT_TRUE(db.write(*batch, true));
}

TEST(store_schema, refuses_a_newer_one_and_says_what_to_do) {
  const temporary_directory directory;
  put_meta(directory / "db", schema::version_key, schema::encode_version(schema::version + 1));
  for (const auto& opened :
       {event_store::open(directory / "db", {}).failure(), event_store::open_reader(directory / "db").failure()}) {
    EXPECT_EQ(opened.code, error_code::unsupported);
    EXPECT_NE(opened.message.find("schema 4, this program knows 3"), std::string::npos) << opened.message;
  }
}

TEST(store_schema, opens_the_first_one_and_makes_it_the_present_one) {
  const temporary_directory directory;
  naive_store oracle;
  {
    auto store = open_store(directory / "db");
    apply_numbered(*store, oracle, 0, 50);
  }
  put_meta(directory / "db", schema::version_key, schema::encode_version(1));
  expect_equal(*expect_value(event_store::open_reader(directory / "db")), oracle);
  const auto store = open_store(directory / "db");
  expect_equal(*store, oracle);
  const auto stored = expect_value(dynamic_cast<rocks_store&>(*store).files().get(family::meta, schema::version_key));
  EXPECT_EQ(stored, schema::encode_version(schema::version)) << "an older program must not meet a deleted item";
}

TEST(store_schema, reports_damaged_records_as_corrupted) {
  for (const auto& [key, value] : std::vector<std::pair<std::string, std::string>>{
           {"schema", "?"},
           {"schema", schema::encode_version(0)},
           {"salts", "?"},
           {"totals", "?"},
           {schema::numbered_key("change/", std::uint64_t{1}), "?"},
           {schema::numbered_key("counts/", std::uint32_t{0}), "\xff"},
           {"offset/", "?"},
           {schema::numbered_key("type/", std::uint16_t{9}), "a number is missing"}}) {
    const temporary_directory directory;
    put_meta(directory / "db", key, value);
    const auto opened = event_store::open(directory / "db", {});
    ASSERT_FALSE(opened) << key;
    EXPECT_EQ(opened.failure().code, error_code::corrupted) << opened.failure().message;
  }
}

TEST(store_schema, reports_a_damaged_event_as_corrupted) {
  const temporary_directory directory;
  auto store = open_store(directory / "db");
  ASSERT_TRUE(store->apply(batch_of({purchase("u", "i", 1, "1")}), true));
  auto& db = dynamic_cast<rocks_store&>(*store).files();
  auto batch = db.begin();
  ASSERT_TRUE(batch);
  batch->put(family::hist, schema::key_of_event(user_index{0}, 77).view(), "\x7f");
  ASSERT_TRUE(db.write(*batch, true));
  EXPECT_EQ(store->history(user_index{0}).failure().code, error_code::corrupted);
  EXPECT_EQ(store->events(user_index{0}, 5, std::nullopt).failure().code, error_code::corrupted);
  EXPECT_EQ(store->for_each_history([](auto, auto) { return true; }).failure().code, error_code::corrupted);
}

TEST(store_schema, refuses_a_rocksdb_database_of_another_program) {
  const temporary_directory directory;
  {
    const auto db = expect_value(database::open(directory / "db", {}));
    auto batch = db->begin();
    ASSERT_TRUE(batch);
    batch->put(family::meta, "something", "else");
    ASSERT_TRUE(db->write(*batch, true));
  }
  EXPECT_EQ(event_store::open(directory / "db", {}).failure().code, error_code::corrupted);
}

}  // namespace
}  // namespace freshet

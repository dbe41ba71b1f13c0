// A backup is one moment of a database; damage is found by name; what was erased since stays gone.
#include "io/backup/backups.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>

#include <fstream>
#include <set>
#include <thread>

#include "io/backup/restore.hpp"
#include "io/files/atomic_file.hpp"
#include "io/store/checkpoint.hpp"
#include "tests/io/store/store_fixture.hpp"

namespace freshet {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
namespace fs = std::filesystem;

constexpr unix_seconds day = 86'400;

class backups : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(place / "artifacts/als/1");
    std::ofstream(place / "artifacts/als/1/als_U.npy") << std::string(100'000, 'm');
    std::ofstream(place / "artifacts/registry.json")
        << R"({"models":{"als_1":{"model_type":"als","version":"1","path":")" << (place / "artifacts/als/1").string()
        << R"("}}})";
    store = open_store(place / "db");
    apply(0, 500);
  }
  void apply(std::uint64_t first, std::uint64_t last) {
    ingest_batch batch;
    for (auto n = first; n < last; ++n) batch.events.push_back(numbered_event(n));
    batch.positions = {{"topic", partition_id{0}, static_cast<log_offset>(last)}};
    for (const auto& each : batch.events) oracle.apply(each.value, each.identity);
    oracle.set_position("topic", 0, static_cast<std::int64_t>(last));
    expect_value(store->apply(batch, true));
  }
  backup_order order(std::uint32_t keep_days = 30) const {
    return {.directory = to,
            .artifacts = place / "artifacts",
            .configuration = {{"serving.yaml", "server: {}\n"}},
            .keep_days = keep_days,
            .stopped = {}};
  }
  backup_receipt back_up(std::uint32_t keep_days = 30) {
    return expect_value(create_backup(*store, order(keep_days), time));
  }
  result<restore_receipt> restore(const std::string& id = {}) {
    return restore_backup({.directory = to,
                           .id = id,
                           .database = place / "new/db",
                           .artifacts = place / "new/artifacts",
                           .configuration = place / "new/config"});
  }
  static std::string text_of(const fs::path& path) { return expect_value(read_file(path)); }

  temporary_directory place;
  fs::path to = place / "backups";
  manual_clock time{1'700'000'000};
  naive_store oracle;
  std::unique_ptr<event_store> store;
};

TEST_F(backups, restore_is_the_database_at_its_moment_with_offsets_models_and_settings) {
  std::ofstream(place / "db/settings.yaml") << "retention.days: \"0\"\n";
  const auto made = back_up();
  EXPECT_EQ(made.manifest.counts.events, oracle.events());
  EXPECT_FALSE(has_checkpoint(place / "db"));
  const auto then = oracle;
  apply(500, 900);
  const auto restored = restore();
  ASSERT_TRUE(restored) << restored.failure().message;
  auto again = open_store(place / "new/db");
  expect_equal(*again, then);
  EXPECT_EQ(text_of(place / "new/db/settings.yaml"), "retention.days: \"0\"\n");
  EXPECT_EQ(text_of(place / "new/artifacts/als/1/als_U.npy"), std::string(100'000, 'm'));
  EXPECT_THAT(text_of(place / "new/artifacts/registry.json"), HasSubstr(R"("path": "als/1")"));
  EXPECT_EQ(text_of(place / "new/config/serving.yaml"), "server: {}\n");

  const auto refused = restore();
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.failure().message, HasSubstr("new/db is not empty"));
}

TEST_F(backups, a_second_one_stores_only_what_is_new) {
  const auto first = back_up();
  apply(500, 510);
  const auto second = back_up();
  EXPECT_NE(first.manifest.id, second.manifest.id);
  EXPECT_GT(first.new_bytes, 100'000U);
  EXPECT_LT(second.new_bytes, 100'000U);
  const auto is_shared = [&](const backup_file& file) {
    return std::ranges::any_of(first.manifest.files, [&](const auto& old) { return old.sha256 == file.sha256; });
  };
  EXPECT_GE(std::ranges::count_if(second.manifest.files,
                                  [&](const auto& file) { return file.name.ends_with(".sst") && is_shared(file); }),
            1);
  EXPECT_THAT(expect_value(verify_backups(to)), IsEmpty());
}

TEST_F(backups, of_one_second_are_told_apart_and_the_last_is_the_newest) {
  std::string last;
  for (std::uint64_t n = 0; n < 11; ++n) {
    apply(500 + n, 501 + n);
    last = back_up(0).manifest.id;
  }
  EXPECT_EQ(last, "20231114T221320Z-11");
  EXPECT_EQ(expect_value(list_backups(to)).readable.back().id, last);
  EXPECT_EQ(expect_value(restore()).manifest.id, last);
}

TEST_F(backups, a_changed_byte_in_any_file_is_found_and_refused_by_name) {
  const auto made = back_up();
  std::set<fs::path> files;
  for (const auto& file : made.manifest.files) files.insert(to / "files" / file.sha256);
  files.insert(to / (made.manifest.id + ".json"));
  for (const auto& path : files) {
    const auto good = text_of(path);
    if (good.empty()) continue;
    auto bad = good;
    const auto at = path.extension() == ".json" ? bad.find("created_at") : bad.size() / 2;
    bad[at] = static_cast<char>(bad[at] ^ 1);
    std::ofstream(path, std::ios::binary) << bad;
    const auto found = expect_value(verify_backups(to));
    ASSERT_FALSE(found.empty()) << path;
    EXPECT_THAT(found.front().what, HasSubstr(path.string()));
    const auto refused = restore();
    ASSERT_FALSE(refused) << path;
    EXPECT_THAT(refused.failure().message, HasSubstr(path.string()));
    EXPECT_FALSE(fs::exists(place / "new"));
    std::ofstream(path, std::ios::binary) << good;
  }
  fs::remove(to / "files" / made.manifest.files.front().sha256);
  EXPECT_THAT(expect_value(verify_backups(to)), ::testing::Not(IsEmpty()));
}

TEST_F(backups, one_that_was_cut_off_does_not_exist_and_is_swept_away) {
  const auto whole = back_up();
  apply(500, 900);
  auto cut = order();
  int pieces = 0;
  cut.stopped = [&](const backup_progress&) { return ++pieces > 5; };
  EXPECT_EQ(create_backup(*store, cut, time).failure().code, error_code::cancelled);
  EXPECT_FALSE(has_checkpoint(place / "db"));
  std::ofstream(to / "files/.half.tmp") << "half";
  EXPECT_THAT(expect_value(list_backups(to)).readable, SizeIs(1));
  EXPECT_THAT(expect_value(prune_backups(to, {.keep_days = 0}, time)).removed, IsEmpty());
  EXPECT_FALSE(fs::exists(to / "files/.half.tmp"));
  EXPECT_THAT(expect_value(verify_backups(to)), IsEmpty());
  EXPECT_TRUE(restore());
}

TEST_F(backups, tell_how_far_they_are) {
  backup_progress last;
  auto watched = order();
  watched.stopped = [&](const backup_progress& now) {
    EXPECT_GE(now.read_bytes, last.read_bytes);
    EXPECT_LE(now.read_bytes, now.bytes);
    last = now;
    return false;
  };
  ASSERT_TRUE(create_backup(*store, watched, time));
  EXPECT_GT(last.read_bytes, 100'000U) << "the model alone";
  EXPECT_EQ(last.read_bytes, last.bytes);
}

TEST_F(backups, old_ones_go_but_never_the_newest) {
  const auto first = back_up();
  time.advance(std::chrono::hours(24 * 31));
  apply(500, 900);
  const auto second = back_up();
  EXPECT_THAT(second.pruned.removed, ElementsAre(first.manifest.id));
  time.advance(std::chrono::hours(24 * 90));
  EXPECT_THAT(expect_value(prune_backups(to, {}, time)).removed, IsEmpty());
  EXPECT_THAT(expect_value(list_backups(to)).readable, SizeIs(1));
  EXPECT_THAT(expect_value(verify_backups(to)), IsEmpty());
  std::set<std::string> needed;
  for (const auto& file : second.manifest.files) needed.insert(file.sha256);
  EXPECT_EQ(static_cast<std::size_t>(std::distance(fs::directory_iterator(to / "files"), fs::directory_iterator())),
            needed.size());
}

TEST_F(backups, a_damaged_manifest_costs_its_own_backup_alone) {
  const auto first = back_up();
  time.advance(std::chrono::hours(1));
  apply(500, 900);
  const auto second = back_up();
  time.advance(std::chrono::hours(1));
  apply(900, 1'000);
  const auto third = back_up();
  const auto manifest = to / (second.manifest.id + ".json");
  const auto good = text_of(manifest);
  std::ofstream(manifest) << good.substr(0, good.size() / 2);

  const auto listed = expect_value(list_backups(to));
  ASSERT_THAT(listed.readable, SizeIs(2));
  EXPECT_EQ(listed.readable.back().id, third.manifest.id);
  ASSERT_THAT(listed.unreadable, SizeIs(1));
  EXPECT_EQ(listed.unreadable[0].id, second.manifest.id);
  EXPECT_THAT(listed.unreadable[0].why.message, HasSubstr(manifest.string() + " is damaged"));
  const auto refused = restore(second.manifest.id);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.failure(), listed.unreadable[0].why);
  EXPECT_EQ(expect_value(restore()).manifest.id, third.manifest.id);
  fs::remove_all(place / "new");
  EXPECT_EQ(expect_value(restore(first.manifest.id)).manifest.id, first.manifest.id);
  fs::remove_all(place / "new");

  // It stays through a backup and a pruning of all others, with its bytes: repaired, it is whole.
  time.advance(std::chrono::hours(24 * 31));
  apply(1'000, 1'010);
  const auto fourth = back_up();
  EXPECT_THAT(fourth.pruned.removed, ElementsAre(first.manifest.id, third.manifest.id));
  ASSERT_THAT(fourth.pruned.unreadable, SizeIs(1));
  EXPECT_THAT(to_json(fourth), HasSubstr(R"("damaged":[{"id":")" + second.manifest.id));
  const auto torn = text_of(manifest);
  std::ofstream(manifest) << good;
  EXPECT_THAT(expect_value(verify_backups(to)), IsEmpty());
  EXPECT_EQ(expect_value(restore(second.manifest.id)).manifest.counts.events, second.manifest.counts.events);

  std::ofstream(manifest) << torn;
  const auto pruned = expect_value(prune_backups(to, {.keep_days = 0, .damaged = true}, time));
  EXPECT_THAT(pruned.removed, ElementsAre(second.manifest.id));
  EXPECT_THAT(pruned.unreadable, IsEmpty());
  std::set<std::string> needed;
  for (const auto& file : fourth.manifest.files) needed.insert(file.sha256);
  EXPECT_EQ(static_cast<std::size_t>(std::distance(fs::directory_iterator(to / "files"), fs::directory_iterator())),
            needed.size());
}

TEST_F(backups, an_older_one_is_restored_for_a_damaged_newest_only_when_it_is_named) {
  const auto first = back_up();
  time.advance(std::chrono::hours(1));
  const std::string user = numbered_event(1).value.user_id;
  expect_value(store->erase_users({{user}, time.now_seconds(), {}}));
  const auto second = back_up();
  const auto manifest = to / (second.manifest.id + ".json");
  std::ofstream(manifest) << "{}";
  const auto refused = restore();
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.failure().message, HasSubstr(manifest.string()));
  EXPECT_THAT(refused.failure().message, HasSubstr(first.manifest.id));
  EXPECT_FALSE(fs::exists(place / "new"));

  // On another machine: who was erased stands in the backup of which nobody knows what it consists of.
  fs::remove(place / "db.erasures");
  const auto restored = restore(first.manifest.id);
  ASSERT_TRUE(restored) << restored.failure().message;
  EXPECT_EQ(restored->erased_users, 1U);
  EXPECT_TRUE(open_store(place / "new/db")->is_erased(user));
}

TEST_F(backups, whoever_was_erased_since_is_erased_again) {
  const auto made = back_up();
  const std::string user = numbered_event(1).value.user_id;
  expect_value(store->erase_users({{user}, time.now_seconds() + day, {}}));
  const auto restored = restore(made.manifest.id);
  ASSERT_TRUE(restored) << restored.failure().message;
  EXPECT_EQ(restored->erased_users, 1U);
  const auto again = open_store(place / "new/db");
  EXPECT_FALSE(expect_value(again->find_user(user)));
  EXPECT_TRUE(again->is_erased(user));
  EXPECT_EQ(text_of(place / "new/db.erasures"), text_of(place / "db.erasures"));
}

TEST_F(backups, whoever_was_erased_before_takes_nothing) {
  expect_value(store->erase_users({{numbered_event(1).value.user_id}, time.now_seconds() + day, {}}));
  back_up();
  const auto restored = restore();
  ASSERT_TRUE(restored) << restored.failure().message;
  EXPECT_EQ(restored->erased_users, 0U);
}

TEST_F(backups, erasing_waits_for_a_checkpoint_that_holds_what_goes) {
  auto taken = checkpoint::take(*store);
  ASSERT_TRUE(taken) << taken.failure().message;
  auto held = std::make_unique<checkpoint>(std::move(taken).value());
  std::jthread later([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    held.reset();
  });
  expect_value(store->erase_users({{"user-1"}, time.now_seconds(), {}}));
  EXPECT_FALSE(has_checkpoint(place / "db"));
}

TEST_F(backups, two_at_once_and_other_directories_are_refused) {
  back_up();
  {
    const file_descriptor lock(::open((to / "lock").c_str(), O_RDWR | O_CLOEXEC));
    ASSERT_EQ(::flock(lock.number(), LOCK_EX), 0);
    EXPECT_EQ(create_backup(*store, order(), time).failure().code, error_code::conflict);
    EXPECT_EQ(prune_backups(to, {.keep_days = 1}, time).failure().code, error_code::conflict);
  }
  auto elsewhere = order();
  elsewhere.directory = place / "artifacts";
  EXPECT_EQ(create_backup(*store, elsewhere, time).failure().code, error_code::invalid_argument);
  EXPECT_EQ(list_backups(place / "artifacts").failure().code, error_code::not_found);
  EXPECT_EQ(restore("20000101T000000Z").failure().code, error_code::not_found);
}

}  // namespace
}  // namespace freshet

#include "io/store/user_directory.hpp"

#include "tests/io/store/store_fixture.hpp"

namespace freshet {
namespace {

using namespace testing;

/// Adds the ids that are not there yet, numbered on, in one batch.
void add(database& db, const user_directory& users, const std::vector<std::string_view>& ids, std::uint32_t next) {
  auto batch = db.begin();
  ASSERT_TRUE(batch);
  const auto places = expect_value(users.find_all(ids));
  absl::flat_hash_set<std::uint64_t> taken;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (places[i].number) continue;
    ASSERT_TRUE(users.put(*batch, ids[i], user_index{next++}, places[i].hash, taken));
  }
  ASSERT_TRUE(db.write(*batch, false));
}

TEST(user_directory, tells_ids_with_one_hash_apart) {
  const temporary_directory directory;
  const auto db = expect_value(database::open(directory / "db", {}));
  std::vector<std::string> names;
  for (int i = 0; i < 40; ++i) names.push_back("user " + std::to_string(i));
  const std::vector<std::string_view> ids(names.begin(), names.end());

  // Four hashes for forty ids, some of one batch, some of the next.
  const user_directory::options few_hashes{.salt = 5, .hash_mask = 3};
  add(*db, user_directory(*db, few_hashes), {ids.begin(), ids.begin() + 25}, 0);
  add(*db, user_directory(*db, few_hashes), ids, 25);

  const user_directory users(*db, few_hashes);
  const auto places = expect_value(users.find_all(ids));
  for (std::uint32_t i = 0; i < 40; ++i) {
    EXPECT_EQ(places[i].number, user_index{i});
    EXPECT_EQ(expect_value(user_directory(*db, few_hashes).find(ids[i])), user_index{i});
    EXPECT_EQ(expect_value(users.id(user_index{i})), names[i]);
  }
  EXPECT_FALSE(expect_value(users.find("nobody")));
  EXPECT_FALSE(users.id(user_index{40}));
}

TEST(user_directory, removes_any_of_several_ids_with_one_hash_without_losing_another) {
  const temporary_directory directory;
  const auto db = expect_value(database::open(directory / "db", {}));
  std::vector<std::string> names;
  for (int i = 0; i < 12; ++i) names.push_back("user " + std::to_string(i));
  const user_directory users(*db, {.salt = 5, .hash_mask = 1});
  add(*db, users, {names.begin(), names.end()}, 0);
  random_source random(seed_of_this_run());
  std::set<std::size_t> removed;
  while (removed.size() < names.size()) {
    const auto gone = random.below(names.size());
    if (!removed.insert(gone).second) continue;
    const auto found = expect_value(users.find_hash(users.full_hash_of(names[gone])));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->id, names[gone]);
    auto batch = db->begin();
    ASSERT_TRUE(users.remove(*batch, *found));
    ASSERT_TRUE(db->write(*batch, false));
    users.forget(names[gone]);
    for (std::size_t i = 0; i < names.size(); ++i) {
      const auto number = expect_value(users.find(names[i]));
      EXPECT_EQ(number.has_value(), !removed.contains(i)) << names[i];
      EXPECT_TRUE(!number || to_integer(*number) == i);
    }
  }
  // Who comes back gets a place in the chain like anybody new.
  add(*db, users, {names[3]}, 50);
  EXPECT_EQ(expect_value(users.find(names[3])), user_index{50});
}

TEST(user_directory, tells_from_memory_alone_who_is_unknown_and_of_nobody_known_that) {
  const temporary_directory directory;
  std::vector<std::string> names;
  for (int i = 0; i < 1000; ++i) names.push_back("user " + std::to_string(i));
  const auto surely_unknown = [](const user_directory& users) {
    int recognised = 0;
    for (int i = 0; i < 1000; ++i) recognised += users.is_surely_unknown("stranger " + std::to_string(i)) ? 1 : 0;
    return recognised;
  };
  for (const bool again : {false, true}) {
    // Written just now, then read from the files.
    const auto db = expect_value(database::open(directory / "db", {}));
    const user_directory users(*db, {.salt = 5});
    if (!again) add(*db, users, {names.begin(), names.end()}, 0);
    for (const auto& name : names) EXPECT_FALSE(users.is_surely_unknown(name)) << name;
    EXPECT_GT(surely_unknown(users), 900) << "a Bloom filter of 10 bits errs about once in a hundred times";
  }
  // Where another lies at the same hash, the files would have to be asked.
  const auto db = expect_value(database::open(directory / "few", {}));
  const user_directory few_hashes(*db, {.salt = 5, .hash_mask = 1});
  add(*db, few_hashes, {names.begin(), names.begin() + 2}, 0);
  EXPECT_FALSE(few_hashes.is_surely_unknown(names[0]));
  EXPECT_FALSE(few_hashes.is_surely_unknown(names[1]));
}

TEST(user_directory, finds_ids_that_it_has_forgotten_from_memory) {
  const temporary_directory directory;
  const auto db = expect_value(database::open(directory / "db", {}));
  const user_directory users(*db, {.salt = 5, .remembered_max = 3});
  std::vector<std::string> names;
  for (int i = 0; i < 30; ++i) names.push_back("user " + std::to_string(i));
  add(*db, users, {names.begin(), names.end()}, 0);
  for (int round = 0; round < 2; ++round) {
    for (std::uint32_t i = 0; i < 30; ++i) EXPECT_EQ(expect_value(users.find(names[i])), user_index{i});
  }
}

TEST(user_directory, puts_no_id_into_a_key) {
  const temporary_directory directory;
  const auto db = expect_value(database::open(directory / "db", {}));
  add(*db, user_directory(*db, {.salt = 5}), {"somebody@example.org"}, 0);
  std::size_t keys = 0;
  ASSERT_TRUE(db->for_each(family::ids, {}, database::blocks::passing, [&](auto key, auto) -> result<scan> {
    EXPECT_EQ(key.find("somebody"), std::string_view::npos);
    ++keys;
    return scan::go_on;
  }));
  EXPECT_EQ(keys, 2U);
}

}  // namespace
}  // namespace freshet

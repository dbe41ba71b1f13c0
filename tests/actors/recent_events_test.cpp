#include "actors/recent_events.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_directory.hpp"

namespace freshet {
namespace {

using ::testing::ElementsAre;

struct the_recent_events : ::testing::Test {
  the_recent_events() {
    auto opened = event_store::open(directory / "db", {});
    EXPECT_TRUE(opened) << opened.failure().message;
    store = std::move(*opened);
  }
  void apply(const std::string& user, const std::string& item, const std::string& id = "", unix_seconds ts = now - 10) {
    const event value{.user_id = user, .item_id = item, .ts = ts, .event_id = id};
    const log_offset offset = next_offset++;
    const auto done = store->apply(
        {.events = {{value, id + "/" + std::to_string(offset), offset}}, .dead_letters = {}, .positions = {}}, false);
    ASSERT_TRUE(done) << done.failure().message;
    recent.add({*store->find_user(user).value(), *store->find_item(item).value(), ts, partition_id{1}, offset, 5});
  }
  std::vector<std::string> shown(std::size_t limit = http::recent_events_max) {
    const auto found = recent.newest(*store, limit);
    EXPECT_TRUE(found) << found.failure().message;
    std::vector<std::string> names;
    for (const auto& each : *found)
      names.push_back(each.value.user_id + " " + each.value.item_id + each.value.event_id);
    return names;
  }

  static inline const unix_seconds now = system_clock().now_seconds();
  testing::temporary_directory directory;
  std::unique_ptr<event_store> store;
  log_offset next_offset = 0;
  recent_events recent;
};

TEST_F(the_recent_events, are_the_newest_first_with_their_places) {
  apply("ada", "x");
  apply("bob", "y");
  apply("ada", "z");
  EXPECT_THAT(shown(), ElementsAre("ada z", "bob y", "ada x"));
  EXPECT_THAT(shown(2), ElementsAre("ada z", "bob y"));
  const auto found = recent.newest(*store, 1).value();
  EXPECT_EQ(found.front().partition, partition_id{1});
  EXPECT_EQ(found.front().offset, 2);
  EXPECT_EQ(found.front().accepted_ms, 5);
}

TEST_F(the_recent_events, of_one_second_are_told_apart) {
  apply("ada", "x", " first");
  apply("ada", "x", " second");
  EXPECT_THAT(shown(), ::testing::UnorderedElementsAre("ada x first", "ada x second"));
}

TEST_F(the_recent_events, are_no_more_than_a_hundred) {
  for (int each = 0; each < 120; ++each) apply("ada", std::to_string(each), "", now - 200 + each);
  const auto names = shown();
  ASSERT_EQ(names.size(), http::recent_events_max);
  EXPECT_EQ(names.front(), "ada 119");
  EXPECT_EQ(names.back(), "ada 20");
}

TEST_F(the_recent_events, of_an_erased_user_are_gone_and_those_after_it_are_there) {
  apply("ada", "x");
  apply("bob", "y");
  ASSERT_TRUE(store->erase_users({{"ada"}, now - 1, {}}));
  EXPECT_THAT(shown(), ElementsAre("bob y"));
  apply("ada", "z", "", now);
  EXPECT_THAT(shown(), ElementsAre("ada z", "bob y"));
}

TEST_F(the_recent_events, that_have_expired_are_gone) {
  apply("ada", "x", "", now - 10 * 86'400);
  apply("ada", "y");
  store->set_retention(5);
  EXPECT_THAT(shown(), ElementsAre("ada y"));
  store->set_retention(0);
  EXPECT_THAT(shown(), ElementsAre("ada y", "ada x"));
}

}  // namespace
}  // namespace freshet

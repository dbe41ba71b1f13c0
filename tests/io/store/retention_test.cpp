// What has expired is read by nothing from that moment on, and the counts follow when it is removed.
#include "io/store/user_export.hpp"
#include "tests/io/store/store_fixture.hpp"

namespace freshet {
namespace {

using namespace testing;

constexpr unix_seconds day = 86'400;
constexpr unix_seconds now = 1'700'000'000;

struct aged_store {
  manual_clock time{now};
  temporary_directory directory;
  store_options options{.retention_days = 10, .time = &time};
  std::unique_ptr<event_store> store = open_store(directory / "db", options);

  aged_store() {
    expect_value(
        store->apply(batch_of({purchase("old", "a", now - 9 * day, "e1"), purchase("both", "a", now - 9 * day, "e2"),
                               purchase("both", "b", now - day, "e3"), purchase("new", "b", now, "e4")}),
                     true));
  }
  std::size_t events_of(const event_store& of, const std::string& user) const {
    const auto number = expect_value(of.find_user(user));
    return number ? expect_value(of.history(*number)).size() : 0;
  }
};

TEST(retention, hides_what_is_too_old_from_every_reader_at_once) {
  aged_store shop;
  EXPECT_EQ(shop.events_of(*shop.store, "both"), 2U);
  shop.time.advance(std::chrono::hours(24 * 2));
  const auto reader = expect_value(event_store::open_reader(shop.directory / "db", shop.options));
  for (const auto* store : {shop.store.get(), reader.get()}) {
    EXPECT_EQ(shop.events_of(*store, "old"), 0U);
    EXPECT_EQ(shop.events_of(*store, "both"), 1U);
    const auto both = expect_value(store->find_user("both"));
    EXPECT_EQ(expect_value(store->events(*both, 10, std::nullopt)).size(), 1U);
    EXPECT_FALSE(expect_value(export_user(*store, "old", now)));
    std::set<std::string> visited;
    EXPECT_TRUE(store->for_each_history([&](user_index user, std::span<const interaction>) {
      visited.insert(expect_value(store->user_id(user)));
      return true;
    }));
    EXPECT_EQ(visited, (std::set<std::string>{"both", "new"}));
    std::size_t events = 0;
    expect_value(store->for_each_event([&](const interaction&) {
      ++events;
      return true;
    }));
    EXPECT_EQ(events, 2U);
  }
  // Longer again: nothing has been removed yet.
  shop.store->set_retention(0);
  EXPECT_EQ(shop.events_of(*shop.store, "old"), 1U);
}

TEST(retention, removes_what_has_expired_with_its_counts_and_takes_none_of_it_in_again) {
  aged_store shop;
  auto& store = *shop.store;
  EXPECT_EQ(expect_value(store.remove_expired()).events, 0U);
  shop.time.advance(std::chrono::hours(24 * 2));
  const auto removed = expect_value(store.remove_expired());
  EXPECT_EQ(removed.events, 2U);
  EXPECT_EQ(removed.users, 1U);
  const auto counts = expect_value(store.counts());
  EXPECT_EQ(counts.users, 2U);
  EXPECT_EQ(counts.events, 2U);
  EXPECT_EQ(counts.items, 1U) << "of item a nothing is left";
  EXPECT_FALSE(expect_value(store.find_user("old")));
  const auto again = expect_value(store.apply(batch_of({purchase("old", "a", now - 9 * day, "e1")}), true));
  EXPECT_EQ(again.dropped, 1U);
  EXPECT_FALSE(expect_value(store.find_user("old")));
  store.set_retention(0);
  EXPECT_EQ(expect_value(store.remove_expired()).events, 0U);
  EXPECT_EQ(expect_value(store.apply(batch_of({purchase("old", "a", now - 9 * day, "e1")}), true)).applied, 1U);
}

}  // namespace
}  // namespace freshet

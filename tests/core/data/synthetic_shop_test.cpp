#include "core/data/synthetic_shop.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

namespace freshet {
namespace {

constexpr shop_options small{.users = 300, .items = 120, .events = 20'000, .seed = 7};

std::vector<event> events_of(const shop_options& options) {
  std::vector<event> events;
  synthetic_shop(options).for_each_event([&](const event& each) {
    events.push_back(each);
    return true;
  });
  return events;
}

std::vector<item> items_of(const shop_options& options) {
  std::vector<item> items;
  synthetic_shop(options).for_each_item([&](const item& each) { items.push_back(each); });
  return items;
}

TEST(synthetic_shop, gives_exactly_the_events_asked_for_in_time_order) {
  const auto events = events_of(small);
  EXPECT_EQ(events.size(), small.events);
  EXPECT_TRUE(std::is_sorted(events.begin(), events.end(), [](auto& a, auto& b) { return a.ts < b.ts; }));
}

TEST(synthetic_shop, is_the_same_for_the_same_seed_only) {
  EXPECT_EQ(events_of(small), events_of(small));
  EXPECT_EQ(items_of(small), items_of(small));
  auto other = small;
  other.seed = 8;
  EXPECT_NE(events_of(small), events_of(other));
}

TEST(synthetic_shop, sells_what_is_in_its_catalogue_to_its_users) {
  std::set<std::string> catalogue;
  for (const auto& each : items_of(small)) {
    EXPECT_TRUE(catalogue.insert(each.item_id).second);
    EXPECT_FALSE(each.title.value_or("").empty());
    EXPECT_GT(each.price.value_or(0), 0);
  }
  EXPECT_EQ(catalogue.size(), small.items);
  std::set<std::string> users;
  for (const auto& each : events_of(small)) {
    EXPECT_TRUE(catalogue.contains(each.item_id));
    users.insert(each.user_id);
  }
  EXPECT_EQ(users.size(), small.users);
}

TEST(synthetic_shop, buys_nothing_that_was_not_looked_at_first) {
  std::set<std::string> viewed;
  for (const auto& each : events_of(small)) {
    const std::string visit = each.session_id + " " + each.item_id;
    if (each.event_type == "view") {
      viewed.insert(visit);
    } else {
      EXPECT_TRUE(viewed.contains(visit)) << each.event_type;
    }
  }
}

TEST(synthetic_shop, has_few_items_that_sell_much) {
  std::map<std::string, std::size_t> views;
  for (const auto& each : events_of(small)) views[each.item_id] += each.event_type == "view";
  std::vector<std::size_t> counts;
  for (const auto& [id, count] : views) counts.push_back(count);
  std::sort(counts.rbegin(), counts.rend());
  std::size_t all = 0, top_fifth = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    all += counts[i];
    if (i < small.items / 5) top_fifth += counts[i];
  }
  EXPECT_GT(top_fifth * 10, all * 4) << "an even shop would sell a fifth there";
}

TEST(synthetic_shop, stops_when_it_is_told_to) {
  std::size_t seen = 0;
  synthetic_shop(small).for_each_event([&](const event&) { return ++seen < 5; });
  EXPECT_EQ(seen, 5U);
}

TEST(synthetic_shop, works_with_one_user_and_one_item) {
  const auto events = events_of({.users = 1, .items = 1, .events = 10, .seed = 1});
  EXPECT_EQ(events.size(), 10U);
  EXPECT_EQ(events[0].item_id, "i1");
  EXPECT_TRUE(events_of({.users = 1, .items = 1, .events = 0, .seed = 1}).empty());
}

}  // namespace
}  // namespace freshet

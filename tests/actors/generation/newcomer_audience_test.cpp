#include "actors/generation/newcomer_audience.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_directory.hpp"

namespace freshet {
namespace {

using ::testing::ElementsAre;

user_index user(std::uint32_t number) {
  return user_index{number};
}

struct the_newcomer_audience : ::testing::Test {
  void SetUp() override {
    auto opened = event_store::open(directory.path() / "db", {});
    ASSERT_TRUE(opened) << opened.failure().message;
    store = std::move(*opened);
  }
  void apply(const std::string& user_id, const std::string& item_id, std::int32_t qty = 1) {
    identified_event one;
    one.value.user_id = user_id;
    one.value.item_id = item_id;
    one.value.ts = 1'700'000'000;
    one.value.qty = qty;
    one.identity = std::to_string(++events);
    ASSERT_TRUE(store->apply({.events = {one}, .dead_letters = {}, .positions = {}}, false));
  }
  item_index number_of(const std::string& item_id) { return **store->find_item(item_id); }

  testing::temporary_directory directory;
  std::unique_ptr<event_store> store;
  int events = 0;
  newcomer_audience audience{3};
};

TEST_F(the_newcomer_audience, of_an_item_is_due_with_enough_events_and_when_it_has_grown_by_half) {
  audience.begin(7, {item_row{0}});
  ASSERT_TRUE(audience.read(*store));
  EXPECT_EQ(audience.model(), 7U);
  const item_index fresh{1};
  audience.add(fresh, user(1));
  audience.add(fresh, user(1));
  EXPECT_TRUE(audience.take_due().empty());
  EXPECT_EQ(audience.turns(), 0U);
  audience.add(fresh, user(4));
  EXPECT_EQ(audience.turns(), 1U);
  auto due = audience.take_due();
  ASSERT_EQ(due.size(), 1U);
  EXPECT_EQ(due[0].item, fresh);
  EXPECT_THAT(due[0].users, ElementsAre(user(1), user(4)));
  EXPECT_TRUE(audience.take_due().empty());
  audience.add(fresh, user(4));
  EXPECT_TRUE(audience.take_due().empty()) << "nobody new";
  audience.add(fresh, user(5));
  EXPECT_EQ(audience.take_due().size(), 1U);
  audience.add(fresh, user(6));
  EXPECT_EQ(audience.take_due().size(), 1U);
  audience.add(fresh, user(7));
  EXPECT_TRUE(audience.take_due().empty()) << "from four users on, two more are half";
}

TEST_F(the_newcomer_audience, begins_with_those_in_the_store) {
  for (const char* name : {"ada", "bob", "cyd"}) apply(name, "trained");
  apply("ada", "fresh");
  apply("bob", "fresh");
  apply("bob", "fresh");
  apply("cyd", "fresh", -1);
  row_of_item rows(to_integer(number_of("trained")) + 1);
  rows[to_integer(number_of("trained"))] = item_row{0};
  audience.begin(1, rows);
  ASSERT_TRUE(audience.read(*store));
  const auto due = audience.take_due();
  ASSERT_EQ(due.size(), 1U);
  EXPECT_EQ(due[0].item, number_of("fresh"));
  EXPECT_THAT(due[0].users, ElementsAre(**store->find_user("ada"), **store->find_user("bob")))
      << "a return is no touch";
}

TEST_F(the_newcomer_audience, leaves_the_store_when_it_is_told_to) {
  for (const char* name : {"ada", "bob", "cyd", "dan"}) apply(name, "fresh");
  int asked = 0;
  audience.begin(1, {});
  const auto begun = audience.read(*store, [&] { return ++asked < 2; });
  ASSERT_FALSE(begun);
  EXPECT_EQ(begun.failure().code, error_code::cancelled);
  EXPECT_EQ(asked, 2);
}

TEST_F(the_newcomer_audience, goes_over_to_a_model_that_does_not_know_the_item_either) {
  for (const char* item : {"old", "new", "newer"}) {
    for (const char* name : {"ada", "bob", "cyd"}) apply(name, item);
  }
  const auto rows_of = [this](const std::vector<std::string>& items) {
    row_of_item rows(3);
    for (const auto& each : items) rows[to_integer(number_of(each))] = item_row{0};
    return rows;
  };
  const auto due = [this] {
    std::vector<item_index> items;
    for (const auto& each : audience.take_due()) {
      items.push_back(each.item);
      EXPECT_EQ(each.users.size(), 3U);
    }
    return items;
  };
  int histories = 0;
  const auto counting = [&histories] { return ++histories > 0; };
  audience.begin(1, rows_of({"old"}));
  ASSERT_TRUE(audience.read(*store, counting));
  EXPECT_EQ(histories, 3);
  EXPECT_THAT(due(), ElementsAre(number_of("new"), number_of("newer")));

  audience.begin(2, rows_of({"old", "new"}));
  ASSERT_TRUE(audience.read(*store, counting));
  EXPECT_EQ(histories, 3) << "nothing had to be read again";
  EXPECT_THAT(due(), ElementsAre(number_of("newer"))) << "it has no factors of this model yet";

  audience.begin(3, rows_of({"new", "newer"}));
  ASSERT_TRUE(audience.read(*store, counting));
  EXPECT_EQ(histories, 6) << "who touched the item that was known so far is in the histories alone";
  EXPECT_THAT(due(), ElementsAre(number_of("old")));
  audience.begin(4, rows_of({"newer"}));
  ASSERT_TRUE(audience.read(*store, counting));
  EXPECT_EQ(histories, 9);
  EXPECT_THAT(due(), ElementsAre(number_of("old"), number_of("new")));

  // What was not read to its end, or ended, cannot go over.
  audience.begin(5, rows_of({}));
  ASSERT_FALSE(audience.read(*store, [] { return false; }));
  audience.begin(6, rows_of({}));
  ASSERT_TRUE(audience.read(*store, counting));
  EXPECT_EQ(histories, 12);
  EXPECT_EQ(due().size(), 3U);
  audience.end();
  audience.begin(7, rows_of({}));
  ASSERT_TRUE(audience.read(*store, counting));
  EXPECT_EQ(histories, 15);
}

TEST_F(the_newcomer_audience, goes_over_only_where_it_is_known_from_the_first_event_on) {
  const auto touch = [this](const std::string& name) {
    apply(name, "fresh");
    audience.add(number_of("fresh"), **store->find_user(name));
  };
  const auto users = [this] {
    const auto due = audience.take_due();
    return due.empty() ? 0U : due[0].users.size();
  };
  apply("ada", "fresh");
  apply("bob", "fresh");
  audience.begin(1, {});
  ASSERT_TRUE(audience.read(*store));
  touch("cyd");
  EXPECT_EQ(users(), 0U) << "too few events to read who was before";
  audience.begin(2, {});
  ASSERT_TRUE(audience.read(*store));
  EXPECT_EQ(users(), 3U);
  // Stored, but its ingestor died before it told.
  apply("dan", "fresh");
  audience.doubt();
  audience.begin(3, {});
  ASSERT_TRUE(audience.read(*store));
  EXPECT_EQ(users(), 4U);
  touch("eve");
  audience.begin(4, {});
  ASSERT_TRUE(audience.read(*store));
  EXPECT_EQ(users(), 5U);
}

TEST_F(the_newcomer_audience, is_bounded_for_each_item_and_forgotten_with_the_model) {
  audience.begin(1, {});
  ASSERT_TRUE(audience.read(*store));
  for (std::uint32_t each = 0; each < 2 * newcomer_audience::users_max; ++each) audience.add(item_index{0}, user(each));
  const auto due = audience.take_due();
  ASSERT_EQ(due.size(), 1U);
  EXPECT_EQ(due[0].users.size(), newcomer_audience::users_max);
  audience.begin(2, {item_row{0}});
  ASSERT_TRUE(audience.read(*store));
  audience.begin(3, {});
  ASSERT_TRUE(audience.read(*store));
  EXPECT_TRUE(audience.take_due().empty());
  audience.end();
  EXPECT_EQ(audience.rows(), nullptr);
}

}  // namespace
}  // namespace freshet

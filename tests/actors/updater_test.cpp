#include "actors/updater.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/models/popularity/popularity.hpp"
#include "tests/support/temporary_directory.hpp"

namespace freshet {
namespace {

/// A model of the items "1" and "2".
struct the_updater : ::testing::Test {
  the_updater() {
    touch({"somebody"}, "1");
    touch({"somebody"}, "2");
    EXPECT_TRUE(catalogue.refresh(*store));
    auto made = std::make_shared<generation>();
    made->number = 1;
    made->served = std::make_shared<popularity_model>(std::vector<float>{3, 2});
    made->index_of_row = {item_index{0}, item_index{1}};
    made->row_of_index = {item_row{0}, item_row{1}};
    model = std::move(made);
    logic.use(model);
  }

  void touch(const std::vector<std::string>& users, const std::string& item) {
    ingest_batch batch;
    for (const auto& user : users) {
      batch.events.push_back({event{.user_id = user, .item_id = item, .ts = 1'700'000'000}, user + " " + item});
    }
    EXPECT_TRUE(store->apply(batch, true));
  }
  user_query_ptr ask(const std::string& user) {
    auto found = logic.resolve({.user_id = user, .k = 10}, model);
    EXPECT_TRUE(found);
    return found ? std::move(found->user) : nullptr;
  }

  testing::temporary_directory directory;
  std::unique_ptr<event_store> store = std::move(event_store::open(directory / "db", {})).value();
  item_catalogue catalogue;
  user_query_table table{10'000};
  metrics measured;
  generation_ptr model;
  updater logic{{.store = store.get(), .catalogue = &catalogue, .table = &table, .measured = &measured}};
};

TEST_F(the_updater, and_the_recommender_say_the_same_of_a_user_whom_nobody_knows) {
  const auto asked = ask("stranger");
  const auto made = unknown_user("stranger", model->number);
  EXPECT_EQ(asked->user_id, made->user_id);
  EXPECT_EQ(asked->known, made->known);
  EXPECT_EQ(asked->version, made->version);
  EXPECT_EQ(asked->generation, made->generation);
  EXPECT_EQ(asked->cold, made->cold);
  EXPECT_EQ(asked->trainable, made->trainable);
  EXPECT_EQ(asked->asked.index(), made->asked.index());
  EXPECT_EQ(asked->seen, made->seen);
  EXPECT_EQ(asked->seen_without_row, made->seen_without_row);
  EXPECT_TRUE(made->cold);
  EXPECT_FALSE(made->known);
}

TEST_F(the_updater, refreshes_who_was_asked_for_and_nobody_else) {
  touch({"ada", "bob"}, "1");
  EXPECT_EQ(ask("ada")->seen, std::vector{item_row{0}});
  touch({"ada", "bob"}, "2");
  logic.refresh(std::vector<std::string>{"ada", "bob"});
  ASSERT_TRUE(table.contains("ada"));
  EXPECT_EQ(table.find("ada")->seen, (std::vector{item_row{0}, item_row{1}}));
  EXPECT_FALSE(table.contains("bob"));
}

TEST_F(the_updater, folds_in_a_few_of_a_large_batch_and_keeps_no_snapshot_older_than_it) {
  std::vector<std::string> users;
  for (int number = 0; number < 100; ++number) users.push_back("u" + std::to_string(number));
  touch(users, "1");
  for (const auto& user : users) ask(user);
  ASSERT_EQ(table.size(), users.size());

  touch(users, "2");
  logic.refresh(users);
  const auto kept = std::ranges::count_if(users, [&](const auto& user) { return table.contains(user); });
  EXPECT_GT(kept, 0);
  EXPECT_LT(kept, 50);
  for (const auto& user : users) {
    const auto snapshot = table.find(user);
    EXPECT_EQ((snapshot ? snapshot : ask(user))->seen.size(), 2U) << user;
  }
}

}  // namespace
}  // namespace freshet

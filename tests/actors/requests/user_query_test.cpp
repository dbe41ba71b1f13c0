#include "actors/requests/user_query.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace freshet {
namespace {

user_query_ptr snapshot(const std::string& user_id, std::uint64_t generation = 1) {
  auto made = std::make_shared<user_query>();
  made->user_id = user_id;
  made->generation = generation;
  return made;
}

TEST(user_query_table, gives_back_the_newest_snapshot) {
  user_query_table table(100);
  EXPECT_EQ(table.find("ada"), nullptr);
  table.publish(snapshot("ada", 1));
  table.publish(snapshot("ada", 2));
  ASSERT_NE(table.find("ada"), nullptr);
  EXPECT_EQ(table.find("ada")->generation, 2U);
  EXPECT_EQ(table.size(), 1U);
}

TEST(user_query_table, never_holds_more_than_its_capacity) {
  user_query_table table(160);
  for (int number = 0; number < 5'000; ++number) table.publish(snapshot("user" + std::to_string(number)));
  EXPECT_LE(table.size(), 160U);
  EXPECT_GE(table.size(), 100U);
}

TEST(user_query_table, keeps_users_that_are_asked_for) {
  user_query_table table(160);
  table.publish(snapshot("regular"));
  for (int number = 0; number < 2'000; ++number) {
    EXPECT_NE(table.find("regular"), nullptr) << "after " << number << " others";
    table.publish(snapshot("passer-by " + std::to_string(number)));
  }
}

TEST(user_query_table, forgets_on_demand) {
  user_query_table table(100);
  table.publish(snapshot("ada"));
  table.publish(snapshot("bob"));
  table.erase("ada");
  table.erase("nobody");
  EXPECT_FALSE(table.contains("ada"));
  EXPECT_TRUE(table.contains("bob"));
  table.publish(snapshot("ada"));
  EXPECT_TRUE(table.contains("ada"));
  table.clear();
  EXPECT_EQ(table.size(), 0U);
}

TEST(user_query_table, does_not_find_what_is_older_than_the_ttl) {
  using std::chrono::seconds;
  user_query_table table(100, seconds(10));
  const user_query_table::time_point start{seconds(1000)};
  table.publish(snapshot("ada"), start);
  EXPECT_NE(table.find("ada", start + seconds(9)), nullptr);
  EXPECT_EQ(table.find("ada", start + seconds(10)), nullptr);
  EXPECT_TRUE(table.contains("ada")) << "events of the user still renew it";
  table.publish(snapshot("ada"), start + seconds(10));
  EXPECT_NE(table.find("ada", start + seconds(19)), nullptr);
  EXPECT_EQ(table.find("bob", start), nullptr);
  const auto counted = table.counters();
  EXPECT_EQ(counted.hits, 2U);
  EXPECT_EQ(counted.misses, 2U);
  EXPECT_EQ(counted.expirations, 1U);
  EXPECT_EQ(counted.size, 1U);
  EXPECT_EQ(counted.max_size, 100U);
}

TEST(user_query_table, takes_over_other_limits_while_it_is_used) {
  user_query_table table(1600);
  for (int number = 0; number < 1'000; ++number) table.publish(snapshot("user" + std::to_string(number)));
  table.set_limits(160, std::chrono::seconds(5));
  EXPECT_EQ(table.ttl(), std::chrono::seconds(5));
  EXPECT_EQ(table.size(), 0U) << "every shard held more than its share";
  EXPECT_EQ(table.counters().evictions, 1'000U);
  for (int number = 0; number < 1'000; ++number) table.publish(snapshot("user" + std::to_string(number)));
  EXPECT_LE(table.size(), 160U);
}

TEST(user_query_table, may_be_read_while_it_is_written) {
  user_query_table table(64);
  std::jthread writer([&](const std::stop_token& stop) {
    for (std::uint64_t round = 0; !stop.stop_requested(); ++round) {
      table.publish(snapshot("user" + std::to_string(round % 200), round));
    }
  });
  for (int round = 0; round < 20'000; ++round) {
    const std::string user_id = "user" + std::to_string(round % 200);
    if (const auto found = table.find(user_id)) {
      ASSERT_EQ(found->user_id, user_id);
    }
  }
}

}  // namespace
}  // namespace freshet

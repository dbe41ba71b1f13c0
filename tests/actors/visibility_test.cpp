#include "actors/visibility.hpp"

#include <gtest/gtest.h>

#include <optional>

namespace freshet {
namespace {

using namespace std::chrono_literals;

constexpr partition_id first{0};
constexpr partition_id second{1};

struct fixture : ::testing::Test {
  std::vector<applied_batch> seen;
  std::shared_ptr<visibility> tracker =
      std::make_shared<visibility>(2, [this](const applied_batch& batch) { seen.push_back(batch); });

  static applied_batch up_to(partition_id partition, log_offset next, std::vector<log_offset> duplicates = {}) {
    return {.partition = partition, .next_offset = next, .duplicates = std::move(duplicates), .accepted_ms = {}};
  }
};
using a_batch = fixture;
using a_waiter = fixture;
using credit = fixture;

TEST_F(a_batch, is_visible_when_its_last_share_dies) {
  auto one = tracker->open(up_to(first, 10));
  auto other = one;
  one.reset();
  EXPECT_TRUE(seen.empty());
  other.reset();
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen[0].next_offset, 10);
}

TEST_F(a_batch, waits_for_those_before_it_in_its_partition_only) {
  auto earlier = tracker->open(up_to(first, 10));
  auto later = tracker->open(up_to(first, 20));
  auto elsewhere = tracker->open(up_to(second, 5));
  later.reset();
  EXPECT_TRUE(seen.empty());
  elsewhere.reset();
  EXPECT_EQ(seen.size(), 1U);
  earlier.reset();
  ASSERT_EQ(seen.size(), 3U);
  EXPECT_EQ(seen[1].next_offset, 10);
  EXPECT_EQ(seen[2].next_offset, 20);
}

TEST_F(a_waiter, is_served_when_its_offset_is_visible_and_learns_of_duplicates) {
  std::optional<std::size_t> duplicates;
  tracker->when_visible(first, {3, 9}, [&](std::size_t count) { duplicates = count; });
  tracker->open(up_to(first, 9)).reset();
  EXPECT_FALSE(duplicates) << "offset 9 is not applied yet";
  tracker->open(up_to(first, 12, {9})).reset();
  EXPECT_EQ(duplicates, 1U);
}

TEST_F(a_waiter, that_comes_late_is_served_at_once) {
  tracker->open(up_to(first, 10, {2, 3})).reset();
  std::optional<std::size_t> duplicates;
  tracker->when_visible(first, {1, 2, 3}, [&](std::size_t count) { duplicates = count; });
  EXPECT_EQ(duplicates, 2U);
}

TEST_F(a_waiter, for_what_was_stored_before_the_start_is_served_at_once) {
  tracker->start_at(first, 100);
  bool served = false;
  tracker->when_visible(first, {99}, [&](std::size_t) { served = true; });
  EXPECT_TRUE(served);
  tracker->when_visible(first, {100}, [&](std::size_t) { FAIL() << "offset 100 was never applied"; });
}

TEST_F(a_waiter, is_not_served_for_a_partition_that_is_given_anew_while_the_updaters_still_work_on_what_is_stored) {
  auto one = tracker->open(up_to(first, 5));
  auto two = tracker->open(up_to(first, 8));
  bool served = false;
  tracker->when_visible(first, {7}, [&](std::size_t) { served = true; });
  tracker->start_at(first, 8);
  EXPECT_FALSE(served);
  two.reset();
  EXPECT_FALSE(served);
  one.reset();
  EXPECT_TRUE(served);
}

TEST_F(a_waiter, is_served_beyond_the_last_batch_under_way_when_that_is_visible) {
  auto one = tracker->open(up_to(first, 5));
  bool served = false;
  // Stored by an ingestor that died before it opened the batch.
  tracker->start_at(first, 9);
  tracker->when_visible(first, {8}, [&](std::size_t) { served = true; });
  EXPECT_FALSE(served);
  one.reset();
  EXPECT_TRUE(served);
}

TEST_F(credit, runs_out_and_comes_back) {
  auto one = tracker->open(up_to(first, 1));
  EXPECT_TRUE(tracker->wait_for_credit(0ms));
  auto two = tracker->open(up_to(first, 2));
  EXPECT_FALSE(tracker->wait_for_credit(1ms));
  one.reset();
  EXPECT_TRUE(tracker->wait_for_credit(0ms));
  EXPECT_EQ(tracker->batches_under_way(), 1U);
}

TEST(visibility, of_what_an_ingestor_stored_before_it_died_comes_with_its_successor) {
  const auto visible = std::make_shared<visibility>(2, [](const applied_batch&) {});
  visible->start_at(partition_id{0}, 3);
  int answered = 0;
  visible->when_visible(partition_id{0}, {4}, [&](std::size_t) { ++answered; });
  EXPECT_EQ(answered, 0);
  visible->start_at(partition_id{0}, 5);
  EXPECT_EQ(answered, 1);
}

}  // namespace
}  // namespace freshet

#include "core/models/pairwise/pairwise_blocks.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "core/data/user_interactions.hpp"
#include "tests/support/random_interactions.hpp"
#include "tests/support/reference_pairwise.hpp"

namespace freshet {
namespace {

using testing::random_interactions;
using testing::samples_of_epoch;
using testing::samples_of_task;

constexpr pairwise_sampling small_sampling{.width = 16, .candidates = 3, .seed = 5};

bool touched(const interaction_matrix& entries, std::uint32_t user, std::uint32_t item) {
  const auto columns = entries.row(user).columns;
  return std::binary_search(columns.begin(), columns.end(), item);
}

TEST(pairwise_blocks, take_every_entry_once_an_epoch_with_verified_negatives) {
  const auto entries = random_interactions({.users = 150, .items = 600, .density = 0.1}, 1);
  pairwise_blocks blocks(entries, small_sampling, 2);
  EXPECT_EQ(blocks.blocks(), 8U);
  for (const std::uint32_t epoch : {1U, 2U}) {
    std::set<std::pair<std::uint32_t, std::uint32_t>> seen;
    for (const auto& sample : samples_of_epoch(blocks, epoch)) {
      EXPECT_TRUE(touched(entries, sample.user, sample.positive));
      EXPECT_TRUE(seen.emplace(sample.user, sample.positive).second);
      ASSERT_EQ(sample.negatives.size(), 3U);
      for (const auto negative : sample.negatives) EXPECT_FALSE(touched(entries, sample.user, negative));
    }
    EXPECT_EQ(seen.size(), entries.entries());
  }
}

TEST(pairwise_blocks, share_no_user_and_no_item_between_tasks_of_a_round) {
  const auto entries = random_interactions({.users = 100, .items = 700, .density = 0.05}, 2);
  pairwise_blocks blocks(entries, small_sampling, 2);
  blocks.deal(1);
  for (std::size_t round = 0; round < blocks.rounds(); ++round) {
    std::map<std::uint32_t, std::size_t> users, items;
    const auto belongs = [](auto& to, std::uint32_t row, std::size_t task) {
      return to.emplace(row, task).first->second == task;
    };
    for (std::size_t task = 0; task < blocks.blocks(); ++task) {
      for (const auto& sample : samples_of_task(blocks, round, task)) {
        EXPECT_TRUE(belongs(users, sample.user, task));
        EXPECT_TRUE(belongs(items, sample.positive, task));
        for (const auto negative : sample.negatives) EXPECT_TRUE(belongs(items, negative, task));
      }
    }
  }
}

TEST(pairwise_blocks, draw_every_other_item_alike_over_the_epochs) {
  interaction_matrix entries;
  for (int user = 0; user < 20; ++user) entries.add_row(taste{{item_row{0}, 1}, {item_row{7}, 1}});
  entries.widen(256);
  pairwise_blocks blocks(entries, {.width = 16, .candidates = 8, .seed = 3}, 1);
  ASSERT_EQ(blocks.blocks(), 4U);
  std::vector<int> counts(256);
  constexpr int epochs = 400;
  for (std::uint32_t epoch = 0; epoch < epochs; ++epoch) {
    for (const auto& sample : samples_of_epoch(blocks, epoch)) {
      for (const auto negative : sample.negatives) ++counts[negative];
    }
  }
  EXPECT_EQ(counts[0] + counts[7], 0);
  // A block's items share an epoch's luck, hence more than the deviation of independent draws.
  const double expected = epochs * 20 * 2 * 8 / 254.0;
  for (std::size_t item = 0; item < counts.size(); ++item) {
    if (item == 0 || item == 7) continue;
    EXPECT_NEAR(counts[item], expected, 0.5 * expected) << item;
  }
}

TEST(pairwise_blocks, draw_the_same_for_any_number_of_threads_and_other_samples_for_another_seed) {
  const auto entries = random_interactions({.users = 90, .items = 300, .density = 0.1}, 4);
  const auto positives = [&](std::uint64_t seed, std::size_t threads) {
    pairwise_blocks blocks(entries, {.width = 16, .seed = seed}, threads);
    std::vector<std::uint32_t> order;
    for (const auto& sample : samples_of_epoch(blocks, 3)) {
      order.push_back(sample.positive);
      order.push_back(sample.negatives[0]);
    }
    return order;
  };
  EXPECT_EQ(positives(1, 1), positives(1, 3));
  EXPECT_NE(positives(1, 1), positives(2, 1));
}

TEST(pairwise_blocks, leave_out_a_user_who_touched_everything) {
  interaction_matrix entries;
  entries.add_row(taste{{item_row{0}, 1}, {item_row{1}, 1}});
  entries.add_row(taste{{item_row{1}, 1}});
  pairwise_blocks blocks(entries, small_sampling, 1);
  const auto samples = samples_of_epoch(blocks, 1);
  ASSERT_EQ(samples.size(), 1U);
  EXPECT_EQ(samples[0].user, 1U);
  EXPECT_EQ(samples[0].negatives, std::vector<std::uint32_t>({0, 0, 0}));
}

TEST(pairwise_blocks, find_the_one_item_a_user_has_not_touched) {
  interaction_matrix entries;
  taste all_but_one;
  for (std::uint32_t item = 0; item < 5000; ++item) {
    if (item != 4321) all_but_one.push_back({item_row{item}, 1});
  }
  entries.add_row(all_but_one);
  entries.widen(5000);
  pairwise_blocks blocks(entries, small_sampling, 1);
  const auto samples = samples_of_epoch(blocks, 1);
  // Only the block that holds the item has a negative.
  EXPECT_GT(samples.size(), 100U);
  for (const auto& sample : samples) EXPECT_EQ(sample.negatives[0], 4321U);
}

TEST(pairwise_blocks, of_nothing_have_no_samples) {
  const interaction_matrix nothing;
  pairwise_blocks blocks(nothing, small_sampling, 2);
  EXPECT_TRUE(samples_of_epoch(blocks, 1).empty());
}

}  // namespace
}  // namespace freshet

#include "core/ranking/bounded_candidates.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <limits>

#include "core/base/random.hpp"

namespace freshet {
namespace {

std::vector<std::uint32_t> rows_of(bounded_candidates& candidates) {
  std::vector<std::uint32_t> rows;
  for (const auto& candidate : candidates.remaining()) rows.push_back(to_integer(candidate.row));
  return rows;
}

TEST(bounded_candidates, drops_what_cannot_reach_the_k_best_and_keeps_what_could_tie) {
  bounded_candidates candidates;
  candidates.start(1, 0);
  candidates.add({item_row{0}, 1, 2});
  candidates.add({item_row{1}, 3, 5});
  candidates.add({item_row{2}, 0, 3});
  candidates.add({item_row{3}, 0, 2.9F});
  EXPECT_EQ(rows_of(candidates), (std::vector<std::uint32_t>{1, 2}));
  EXPECT_EQ(candidates.threshold(), 3);
}

TEST(bounded_candidates, allow_for_the_margin_on_both_sides) {
  bounded_candidates candidates;
  candidates.start(1, 0.5F);
  candidates.add({item_row{0}, 3, 5});
  candidates.add({item_row{1}, 0, 2});
  candidates.add({item_row{2}, 0, 1.9F});
  EXPECT_EQ(rows_of(candidates), (std::vector<std::uint32_t>{0, 1}));
}

TEST(bounded_candidates, keep_everything_until_there_are_k) {
  bounded_candidates candidates;
  candidates.start(3, 0);
  candidates.add({item_row{0}, 1, 1});
  candidates.add({item_row{1}, -9, -9});
  EXPECT_EQ(rows_of(candidates).size(), 2U);
  EXPECT_EQ(candidates.threshold(), -std::numeric_limits<float>::infinity());
}

TEST(bounded_candidates, never_lose_a_row_that_is_among_the_k_best) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    random_source random(seed);
    const std::size_t k = 1 + random.below(20);
    bounded_candidates candidates;
    candidates.start(k, 0);
    std::vector<float> scores;
    for (std::uint32_t row = 0; row < 2000; ++row) {
      const float score = static_cast<float>(random.below(500));
      const float lower = score - static_cast<float>(random.below(9));
      const float upper = score + static_cast<float>(random.below(9));
      scores.push_back(score);
      if (upper >= candidates.threshold()) candidates.add({item_row{row}, lower, upper});
      if (random.below(50) == 0) candidates.prune_when_full();
    }
    const auto kept = rows_of(candidates);
    std::vector<float> sorted = scores;
    std::ranges::sort(sorted, std::greater<>());
    for (std::uint32_t row = 0; row < scores.size(); ++row) {
      if (scores[row] < sorted[k - 1]) continue;
      EXPECT_TRUE(std::ranges::binary_search(kept, row)) << "row " << row;
    }
  }
}

}  // namespace
}  // namespace freshet

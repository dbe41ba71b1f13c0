#include "core/ranking/top_k.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <limits>

#include "core/base/random.hpp"

namespace freshet {
namespace {

scored_row at(std::uint32_t row, float score) {
  return {item_row{row}, score};
}

std::vector<scored_row> best_of(const std::vector<scored_row>& offers, std::size_t k) {
  std::vector<scored_row> kept;
  top_k best(kept, k, offers.size());
  for (const auto& offer : offers) best.offer(offer.row, offer.score);
  best.finish();
  return kept;
}

TEST(top_k, keeps_the_best_and_sorts_them) {
  const std::vector<scored_row> expected{at(3, 9), at(1, 7)};
  EXPECT_EQ(best_of({at(0, 1), at(1, 7), at(2, -4), at(3, 9)}, 2), expected);
}

TEST(top_k, breaks_ties_by_row_whatever_the_order_of_arrival) {
  const std::vector<scored_row> expected{at(2, 5), at(4, 5)};
  EXPECT_EQ(best_of({at(9, 5), at(4, 5), at(2, 5), at(7, 5)}, 2), expected);
}

TEST(top_k, keeps_everything_when_k_exceeds_what_is_offered) {
  const std::vector<scored_row> expected{at(1, 2), at(0, 1)};
  EXPECT_EQ(best_of({at(0, 1), at(1, 2)}, std::numeric_limits<std::size_t>::max()), expected);
}

TEST(top_k, keeps_nothing_for_k_0) {
  EXPECT_TRUE(best_of({at(0, 1)}, 0).empty());
}

TEST(top_k, counts_nan_as_minus_infinity) {
  const float infinity = std::numeric_limits<float>::infinity();
  const std::vector<scored_row> expected{at(2, 1), at(0, -infinity), at(1, -infinity)};
  EXPECT_EQ(best_of({at(0, std::numeric_limits<float>::quiet_NaN()), at(1, -infinity), at(2, 1)}, 3), expected);
}

TEST(top_k, of_merged_parts_is_top_k_of_the_whole) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    random_source random(seed);
    std::vector<scored_row> offers;
    for (std::uint32_t row = 0; row < 200; ++row) offers.push_back(at(row, static_cast<float>(random.below(20))));
    const std::size_t k = random.below(30);
    std::vector<std::vector<scored_row>> parts(1 + random.below(5));
    for (const auto& offer : offers) parts[random.below(parts.size())].push_back(offer);
    for (auto& part : parts) part = best_of(part, k);
    std::vector<scored_row> merged;
    merge_ranked(parts, k, merged);
    EXPECT_EQ(merged, best_of(offers, k));
  }
}

}  // namespace
}  // namespace freshet

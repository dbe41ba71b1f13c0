#include "core/ranking/reranking/maximal_marginal_relevance.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/base/random.hpp"
#include "core/content/content_vectors.hpp"

namespace freshet {
namespace {

struct random_lists {
  explicit random_lists(std::uint64_t seed) : random(seed) {
    for (auto& value : likeness.values()) value = static_cast<float>(random.normal());
    scale_rows_to_one(likeness);
    for (std::uint32_t row = 0; row < 30; ++row) {
      candidates.push_back({item_row{row}, static_cast<float>(random.normal())});
    }
  }

  double cosine(item_row a, item_row b) const {
    double sum = 0;
    for (std::size_t j = 0; j < likeness.columns(); ++j) {
      sum += static_cast<double>(likeness.row(to_integer(a))[j]) * likeness.row(to_integer(b))[j];
    }
    return sum;
  }
  double most_alike(const std::vector<scored_row>& placed, item_row row) const {
    double most = -1;
    for (const auto& each : placed) most = std::max(most, cosine(each.row, row));
    return placed.empty() ? 0 : most;
  }

  random_source random;
  matrix<float> likeness{30, 4};
  std::vector<scored_row> candidates;
};

constexpr std::uint64_t seed = 12;

TEST(mmr, without_diversity_is_the_order_of_the_scores) {
  SCOPED_TRACE(seed);
  random_lists given(seed);
  const auto placed = rerank_mmr(given.candidates, given.likeness.view(), {.diversity = 0, .k = 10});
  std::sort(given.candidates.begin(), given.candidates.end(), ranks_before);
  given.candidates.resize(10);
  EXPECT_EQ(placed, given.candidates);
}

TEST(mmr, with_nothing_but_diversity_starts_with_the_best_and_then_takes_what_is_least_alike) {
  SCOPED_TRACE(seed);
  const random_lists given(seed);
  const auto placed = rerank_mmr(given.candidates, given.likeness.view(), {.diversity = 1, .k = 10});
  ASSERT_EQ(placed.size(), 10U);
  EXPECT_EQ(placed[0], *std::min_element(given.candidates.begin(), given.candidates.end(), ranks_before));
  for (std::size_t i = 1; i < placed.size(); ++i) {
    const std::vector before(placed.begin(), placed.begin() + static_cast<std::ptrdiff_t>(i));
    const double taken = given.most_alike(before, placed[i].row);
    for (const auto& other : given.candidates) {
      if (std::find(before.begin(), before.end(), other) != before.end()) continue;
      EXPECT_LE(taken, given.most_alike(before, other.row) + 1e-5);
    }
  }
}

TEST(mmr, takes_the_largest_of_the_formula_at_every_place) {
  SCOPED_TRACE(seed);
  const random_lists given(seed);
  const auto [low, high] = std::minmax_element(given.candidates.begin(), given.candidates.end(),
                                               [](const auto& a, const auto& b) { return a.score < b.score; });
  const auto placed = rerank_mmr(given.candidates, given.likeness.view(), {.diversity = .3F, .k = 30});
  ASSERT_EQ(placed.size(), 30U);
  for (std::size_t i = 0; i < placed.size(); ++i) {
    const std::vector before(placed.begin(), placed.begin() + static_cast<std::ptrdiff_t>(i));
    const auto value = [&](const scored_row& each) {
      const double relevance = (each.score - low->score) / (high->score - low->score);
      return .7 * relevance - .3 * given.most_alike(before, each.row);
    };
    for (std::size_t j = i; j < placed.size(); ++j) EXPECT_GE(value(placed[i]), value(placed[j]) - 1e-5);
  }
}

TEST(mmr, does_not_depend_on_the_order_of_the_candidates) {
  SCOPED_TRACE(seed);
  random_lists given(seed);
  const mmr_options options{.diversity = .5F, .k = 12};
  const auto expected = rerank_mmr(given.candidates, given.likeness.view(), options);
  std::reverse(given.candidates.begin(), given.candidates.end());
  EXPECT_EQ(rerank_mmr(given.candidates, given.likeness.view(), options), expected);
}

TEST(mmr, gives_all_there_are_and_takes_equal_scores_and_no_content) {
  const matrix<float> unknown(3, 0);
  const std::vector<scored_row> equal{{item_row{2}, 1}, {item_row{0}, 1}, {item_row{1}, 1}};
  const auto placed = rerank_mmr(equal, unknown.view(), {.diversity = .5F, .k = 10});
  EXPECT_EQ(placed, (std::vector<scored_row>{{item_row{0}, 1}, {item_row{1}, 1}, {item_row{2}, 1}}));
  EXPECT_TRUE(rerank_mmr({}, unknown.view(), {.diversity = .5F, .k = 10}).empty());
}

}  // namespace
}  // namespace freshet

#include "core/ranking/reranking/strategy_reranker.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/base/random.hpp"
#include "core/content/content_vectors.hpp"

namespace freshet {
namespace {

/// Row 0: the best and most popular; row 1: like row 0; row 2: another thing, rare.
struct three_items {
  three_items() {
    known.content = matrix<float>(3, 2);
    known.content.values() = {1, 0, 1, 0, 0, 1};
    known.popularity = {0, 0, 0};
    known.quality = {3, 3, 3};
    known.interactions = {99, 9, 0};
    known.interactions_total = 108;
  }

  std::vector<item_row> ranked(rerank_strategy strategy, const component_values& given = component_weights_default,
                               std::size_t k = 3) const {
    std::vector<item_row> rows;
    for (const auto& each :
         rerank_by_strategy(candidates, known, known.content.view(), weights_of(strategy, given), k)) {
      rows.push_back(each.row);
    }
    return rows;
  }

  item_signals known;
  std::vector<scored_row> candidates{{item_row{0}, 3}, {item_row{1}, 2}, {item_row{2}, 1}};
};

using rows = std::vector<item_row>;

TEST(strategy_weights, are_relevance_and_the_strategys_own_with_sum_one) {
  EXPECT_EQ(weights_of(rerank_strategy::hybrid, component_weights_default), component_weights_default);
  const auto diversity = weights_of(rerank_strategy::diversity, component_weights_default);
  EXPECT_FLOAT_EQ(diversity.relevance, 2.0F / 3);
  EXPECT_FLOAT_EQ(diversity.diversity, 1.0F / 3);
  EXPECT_EQ(diversity.novelty, 0);
  EXPECT_EQ(diversity.popularity, 0);
  EXPECT_EQ(weights_of(rerank_strategy::novelty, {.novelty = .5F}), (component_values{.novelty = 1}));
  EXPECT_EQ(weights_of(rerank_strategy::popularity, {.novelty = .5F}), component_values{});
}

TEST(strategy_reranker, by_relevance_alone_keeps_the_models_order_and_says_so) {
  const three_items given;
  const auto placed =
      rerank_by_strategy(given.candidates, given.known, given.known.content.view(), {.relevance = 1}, 2);
  ASSERT_EQ(placed.size(), 2U);
  EXPECT_EQ(placed[0].row, item_row{0});
  EXPECT_EQ(placed[0].relevance, 3);
  EXPECT_FLOAT_EQ(placed[0].score, 1);
  EXPECT_EQ(placed[1].row, item_row{1});
  EXPECT_FLOAT_EQ(placed[1].score, .5F);
  EXPECT_EQ(placed[1].reason, rerank_reason::relevance);
}

TEST(strategy_reranker, by_diversity_takes_another_thing_before_more_of_the_same) {
  const three_items given;
  EXPECT_EQ(given.ranked(rerank_strategy::diversity, {.relevance = .3F, .diversity = .3F}),
            (rows{item_row{0}, item_row{2}, item_row{1}}));
}

TEST(strategy_reranker, by_novelty_starts_with_the_rarest) {
  const three_items given;
  EXPECT_EQ(given.ranked(rerank_strategy::novelty, {.novelty = 1}), (rows{item_row{2}, item_row{1}, item_row{0}}));
}

TEST(strategy_reranker, by_popularity_starts_with_what_most_touched) {
  three_items given;
  given.candidates = {{item_row{0}, 1}, {item_row{1}, 2}, {item_row{2}, 3}};
  EXPECT_EQ(given.ranked(rerank_strategy::popularity, {.popularity = 1}),
            (rows{item_row{0}, item_row{1}, item_row{2}}));
}

TEST(strategy_reranker, names_the_component_that_added_most) {
  const three_items given;
  const auto reason = [&](const component_values& weights) {
    return rerank_by_strategy(given.candidates, given.known, given.known.content.view(), weights, 1)[0].reason;
  };
  EXPECT_EQ(reason({.relevance = .5F, .popularity = .5F}), rerank_reason::relevance) << "among equals";
  EXPECT_EQ(reason({.relevance = .4F, .popularity = .5F}), rerank_reason::popularity);
  EXPECT_EQ(reason({.novelty = 1}), rerank_reason::novelty);
  EXPECT_EQ(reason({.diversity = 1}), rerank_reason::diversity);
}

TEST(strategy_reranker, gives_scores_that_descend) {
  constexpr std::uint64_t seed = 14;
  SCOPED_TRACE(seed);
  random_source random(seed);
  constexpr std::size_t items = 40;
  item_signals known{.content = matrix<float>(items, 3), .interactions_total = 40 * 50};
  for (auto& value : known.content.values()) value = static_cast<float>(random.normal());
  scale_rows_to_one(known.content);
  known.popularity.resize(items);
  std::vector<scored_row> candidates;
  for (std::uint32_t row = 0; row < items; ++row) {
    known.interactions.push_back(static_cast<float>(random.below(100)));
    candidates.push_back({item_row{row}, static_cast<float>(random.normal())});
  }
  const auto placed = rerank_by_strategy(candidates, known, known.content.view(), component_weights_default, items);
  ASSERT_EQ(placed.size(), items);
  for (std::size_t i = 1; i < placed.size(); ++i) EXPECT_LE(placed[i].score, placed[i - 1].score);
}

TEST(strategy_reranker, without_any_weight_keeps_the_models_order) {
  const three_items given;
  EXPECT_EQ(given.ranked(rerank_strategy::hybrid, {0, 0, 0, 0}), (rows{item_row{0}, item_row{1}, item_row{2}}));
}

TEST(strategy_reranker, does_not_depend_on_the_order_of_the_candidates) {
  three_items given;
  const auto expected = given.ranked(rerank_strategy::hybrid);
  while (std::next_permutation(given.candidates.begin(), given.candidates.end(),
                               [](const auto& a, const auto& b) { return a.row < b.row; })) {
    EXPECT_EQ(given.ranked(rerank_strategy::hybrid), expected);
  }
}

TEST(strategy_reranker, chooses_from_three_times_as_many_and_at_least_a_hundred) {
  EXPECT_EQ(strategy_candidates(10), 100U);
  EXPECT_EQ(strategy_candidates(50), 150U);
}

}  // namespace
}  // namespace freshet

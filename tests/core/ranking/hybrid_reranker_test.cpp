#include "core/ranking/reranking/hybrid_reranker.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/random.hpp"
#include "core/content/content_vectors.hpp"

namespace freshet {
namespace {

/// Signals of random items whose content has `dimensions` numbers.
item_signals random_signals(std::size_t items, std::size_t dimensions, random_source& random) {
  item_signals known{.content = matrix<float>(items, dimensions)};
  for (auto& value : known.content.values()) value = static_cast<float>(random.normal());
  scale_rows_to_one(known.content);
  for (std::size_t i = 0; i < items; ++i) {
    known.popularity.push_back(static_cast<float>(7 * random.uniform()));
    known.quality.push_back(static_cast<float>(1 + 4 * random.uniform()));
    known.interactions.push_back(1);
  }
  return known;
}

std::vector<scored_row> random_candidates(std::size_t items, random_source& random) {
  std::vector<scored_row> all;
  for (std::uint32_t row = 0; row < items; ++row) all.push_back({item_row{row}, static_cast<float>(random.normal())});
  return all;
}

/// Two items of which only popularity and quality are known.
item_signals bare(std::vector<float> popularity, std::vector<float> quality) {
  item_signals known{.content = matrix<float>(popularity.size(), 0)};
  known.popularity = std::move(popularity);
  known.quality = std::move(quality);
  known.interactions.resize(known.popularity.size());
  return known;
}

TEST(hybrid_normalisation, of_the_reference_points) {
  EXPECT_FLOAT_EQ(normalized(3, popularity_range), .5F);
  EXPECT_FLOAT_EQ(normalized(3, quality_range), .5F);
  EXPECT_FLOAT_EQ(normalized(0, content_range), .5F);
  EXPECT_EQ(normalized(-1, content_range), 0);
  EXPECT_EQ(normalized(1, content_range), 1);
  EXPECT_EQ(normalized(6, popularity_range), 1);
}

TEST(hybrid_normalisation, clips_and_says_one_half_where_it_can_say_nothing) {
  EXPECT_EQ(normalized(9, popularity_range), 1);
  EXPECT_EQ(normalized(-9, popularity_range), 0);
  EXPECT_EQ(normalized(4, {2, 2}), .5F);
  EXPECT_EQ(normalized(std::numeric_limits<float>::quiet_NaN(), popularity_range), .5F);
  EXPECT_EQ(normalized(1, {0, std::numeric_limits<float>::infinity()}), .5F);
}

TEST(hybrid_diversity, of_the_reference_points) {
  EXPECT_FLOAT_EQ(penalized(1, 1, {}), .9F);
  EXPECT_FLOAT_EQ(penalized(1, .925F, {}), .95F);
  EXPECT_EQ(penalized(1, .85F, {}), 1);
  EXPECT_EQ(penalized(1, -1, {}), 1);
  EXPECT_FLOAT_EQ(penalized(2, 1, {.penalty = .5F, .threshold = 0}), 1);
}

TEST(hybrid_reranker, adds_the_weighted_signals) {
  item_signals known = bare({3}, {5});
  known.content = matrix<float>(1, 2);
  known.content.values() = {1, 0};
  const std::vector<float> profile{0, 1};
  const std::vector<scored_row> candidates{{item_row{0}, .8F}};
  const auto ranked = rerank_hybrid(candidates, profile, known, {.cf_range = {0, 1}});
  ASSERT_EQ(ranked.size(), 1U);
  EXPECT_EQ(ranked[0].signals, (signal_values{.8F, 0, 3, 5}));
  EXPECT_EQ(ranked[0].normalized, (signal_values{.8F, .5F, .5F, 1}));
  EXPECT_FLOAT_EQ(ranked[0].final_score, .3F * .8F + .4F * .5F + .2F * .5F + .1F);
  const auto cold = rerank_hybrid(candidates, profile, known, {.weights = weights_cold_start_default});
  EXPECT_FLOAT_EQ(cold[0].final_score, .6F * .5F + .3F * .5F + .1F);
}

TEST(hybrid_reranker, takes_what_is_missing_for_the_middle) {
  const auto known = signals_of(std::vector<const item*>{nullptr}, std::vector<float>{0}, matrix<float>(1, 0));
  const auto ranked = rerank_hybrid(std::vector<scored_row>{{item_row{0}, 7}}, {}, known, {.cf_range = {2, 2}});
  EXPECT_EQ(ranked[0].signals, (signal_values{7, 0, 0, 3}));
  EXPECT_EQ(ranked[0].normalized, (signal_values{.5F, .5F, 0, .5F}));
}

TEST(hybrid_reranker, moves_down_what_is_like_what_stands_before) {
  item_signals known = bare({0, 0, 0}, {3, 3, 3});
  known.content = matrix<float>(3, 2);
  known.content.values() = {1, 0, 1, 0, 0, 1};
  const std::vector<scored_row> candidates{{item_row{0}, 1}, {item_row{1}, .99F}, {item_row{2}, .96F}};
  rerank_options options{.weights = {.cf = 1}, .cf_range = {0, 1}};
  const auto varied = rerank_hybrid(candidates, {}, known, options);
  EXPECT_EQ(varied[1].row, item_row{2});
  EXPECT_FLOAT_EQ(varied[2].final_score, .99F * .9F);
  options.diversity.enabled = false;
  EXPECT_EQ(rerank_hybrid(candidates, {}, known, options)[1].row, item_row{1});
}

TEST(hybrid_reranker, keeps_the_models_order_among_equals) {
  const item_signals known = bare({0, 0, 0}, {3, 3, 3});
  const std::vector<scored_row> candidates{{item_row{2}, 5}, {item_row{0}, 9}, {item_row{1}, 5}};
  // Both 5 and 9 lie above the range.
  const auto ranked = rerank_hybrid(candidates, {}, known, {.cf_range = {0, 1}});
  EXPECT_EQ(ranked[0].row, item_row{0});
  EXPECT_EQ(ranked[1].row, item_row{1});
  EXPECT_EQ(ranked[2].row, item_row{2});
}

TEST(hybrid_reranker, does_not_depend_on_the_order_of_the_candidates) {
  constexpr std::uint64_t seed = 8;
  SCOPED_TRACE(seed);
  random_source random(seed);
  for (int round = 0; round < 20; ++round) {
    const auto known = random_signals(40, 3, random);
    auto candidates = random_candidates(40, random);
    const auto profile = content_profile(known.content.view(), std::vector{item_row{1}, item_row{7}});
    const rerank_options options{.cf_range = {-2, 2}};
    const auto expected = rerank_hybrid(candidates, profile, known, options);
    for (std::size_t i = candidates.size(); i-- > 1;) std::swap(candidates[i], candidates[random.below(i + 1)]);
    const auto again = rerank_hybrid(candidates, profile, known, options);
    for (std::size_t i = 0; i < expected.size(); ++i) {
      EXPECT_EQ(again[i].row, expected[i].row);
      EXPECT_EQ(again[i].final_score, expected[i].final_score);
    }
  }
}

TEST(hybrid_reranker, with_all_weight_on_the_model_keeps_its_order) {
  constexpr std::uint64_t seed = 9;
  SCOPED_TRACE(seed);
  random_source random(seed);
  const auto known = random_signals(60, 4, random);
  auto candidates = random_candidates(60, random);
  const auto ranked = rerank_hybrid(candidates, {}, known,
                                    {.weights = {.cf = 1}, .cf_range = {-1, 1}, .diversity = {.enabled = false}});
  std::sort(candidates.begin(), candidates.end(), ranks_before);
  for (std::size_t i = 0; i < ranked.size(); ++i) EXPECT_EQ(ranked[i].row, candidates[i].row);
}

TEST(hybrid_reranker, of_nothing_is_nothing) {
  EXPECT_TRUE(rerank_hybrid({}, {}, bare({}, {}), {}).empty());
}

TEST(cold_start_scores, are_a_product_and_a_bias) {
  constexpr std::uint64_t seed = 10;
  SCOPED_TRACE(seed);
  random_source random(seed);
  const auto known = random_signals(30, 5, random);
  const auto profile = content_profile(known.content.view(), std::vector{item_row{2}});
  const cold_start_weights weights;
  const auto bias = cold_start_bias(known, weights);
  const auto factors = cold_start_factors(profile, weights);
  for (std::size_t row = 0; row < known.items(); ++row) {
    double cosine = 0, score = bias[row];
    for (std::size_t j = 0; j < profile.size(); ++j) {
      cosine += static_cast<double>(profile[j]) * known.content.row(row)[j];
      score += static_cast<double>(factors[j]) * known.content.row(row)[j];
    }
    EXPECT_NEAR(score, .7 * (cosine + 1) / 2 + .3 * normalized(known.popularity[row], popularity_range), 1e-5);
  }
}

TEST(item_signals, take_times_sold_before_interactions_and_stars_as_given) {
  item sold{.item_id = "sold"};
  sold.num_sold_time = std::exp(3.0) - 1;
  sold.avg_star = 4.5;
  item unsold{.item_id = "unsold"};
  unsold.num_sold_time = -4;
  const item plain{.item_id = "plain"};
  const auto known = signals_of(std::vector<const item*>{&sold, &unsold, &plain}, std::vector<float>{100, 100, 6},
                                matrix<float>(3, 0));
  EXPECT_FLOAT_EQ(known.popularity[0], 3);
  EXPECT_EQ(known.popularity[1], 0);
  EXPECT_FLOAT_EQ(known.popularity[2], std::log(7.0F));
  EXPECT_EQ(known.quality, (std::vector<float>{4.5F, 3, 3}));
  EXPECT_EQ(known.interactions_total, 206);
}

}  // namespace
}  // namespace freshet

#include "core/models/hybrid/hybrid.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "tests/support/random_models.hpp"

namespace freshet {
namespace {

using ::testing::DoubleEq;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::random_als;
using testing::random_biased;
using testing::random_neighbours;
using testing::random_popularity;
using testing::random_user;

constexpr std::size_t items = 60;

std::shared_ptr<const hybrid_model> blend(std::vector<hybrid_part> parts, const hybrid_options& options = {}) {
  auto blended = hybrid_model::blend(std::move(parts), options);
  EXPECT_TRUE(blended.ok());
  return *std::move(blended);
}

/// The definition, in double precision.
double naive_score(const hybrid_model& blended, const user_interactions& user, item_row item) {
  const auto weights = blended.weights_for(user.strengths.size());
  double sum = 0;
  for (std::size_t p = 0; p < weights.size(); ++p) {
    const auto& part = blended.parts()[p];
    const double score = score_of(part.served->scores(), part.served->fold_in(user), item);
    sum += weights[p] * score / part.score_std;
  }
  return sum;
}

void expect_naive_scores(const hybrid_model& blended) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE("user of seed " + std::to_string(seed));
    const auto user = random_user(items, seed % 9, seed);
    const query asked = blended.fold_in(user);
    for (std::uint32_t item = 0; item < items; ++item) {
      const double expected = naive_score(blended, user, item_row{item});
      EXPECT_NEAR(score_of(blended.scores(), asked, item_row{item}), expected, 1e-4 * (1 + std::abs(expected)));
    }
  }
}

std::vector<std::uint32_t> ranking(const model& ranked, const user_interactions& user) {
  std::vector<std::uint32_t> order(ranked.items());
  std::iota(order.begin(), order.end(), 0U);
  const query asked = ranked.fold_in(user);
  const auto scores = ranked.scores();
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) {
    return score_of(scores, asked, item_row{a}) > score_of(scores, asked, item_row{b});
  });
  return order;
}

TEST(hybrid, of_one_part_ranks_like_that_part) {
  const std::vector<std::shared_ptr<const model>> parts{
      random_als(items, 8, 1), std::make_shared<random_neighbours>(items, false, 2),
      std::make_shared<random_neighbours>(items, true, 3), std::make_shared<random_biased>(items, 6, 4),
      random_popularity(items, 5)};
  for (const auto& part : parts) {
    SCOPED_TRACE(part->type());
    const auto blended = blend({{part, 3, 0.25}});
    const auto user = random_user(items, 7, 6);
    EXPECT_EQ(ranking(*blended, user), ranking(*part, user));
    expect_naive_scores(*blended);
  }
}

TEST(hybrid, of_dense_parts_is_one_dense_scan_with_the_scores_of_the_general_blend) {
  const auto blended = blend({{random_als(items, 8, 1), 0.5, 2.0},
                              {std::make_shared<random_biased>(items, 6, 2), 0.3, 40.0},
                              {random_popularity(items, 3), 0.2, 300.0}});
  EXPECT_TRUE(std::holds_alternative<dense_scores>(blended->scores()));
  EXPECT_EQ(blended->factors(), 8U + 6U + 1U + 1U);
  expect_naive_scores(*blended);
}

TEST(hybrid, of_mixed_parts_is_a_blend_of_one_dense_and_the_sparse_ones) {
  const auto blended = blend({{std::make_shared<random_neighbours>(items, true, 1), 0.2, 1.5},
                              {random_als(items, 8, 2), 0.4, 0.5},
                              {random_popularity(items, 3), 0.1, 250.0},
                              {std::make_shared<random_neighbours>(items, false, 4), 0.3, 3.0}});
  ASSERT_TRUE(std::holds_alternative<blend_scores>(blended->scores()));
  EXPECT_EQ(std::get<blend_scores>(blended->scores()).parts.size(), 3U);
  EXPECT_EQ(blended->factors(), 0U);
  expect_naive_scores(*blended);
}

TEST(hybrid, takes_another_blend_as_a_part) {
  const auto inner =
      blend({{random_als(items, 4, 1), 1, 1}, {std::make_shared<random_neighbours>(items, true, 2), 1, 2}});
  const auto blended = blend({{inner, 0.7, 1.2}, {std::make_shared<random_biased>(items, 5, 3), 0.3, 9}});
  expect_naive_scores(*blended);
}

TEST(hybrid, does_not_copy_the_only_dense_part) {
  const auto als = random_als(items, 8, 1);
  const auto blended = blend({{std::make_shared<random_neighbours>(items, true, 2), 1, 1}, {als, 1, 1}});
  const auto scores = blended->scores();
  const auto& dense = std::get<dense_scores>(std::get<blend_scores>(scores).parts.front());
  EXPECT_EQ(dense.factors.data(), std::get<dense_scores>(als->scores()).factors.data());
}

TEST(hybrid, explains_exactly_when_its_parts_do) {
  const auto blended = blend({{std::make_shared<random_neighbours>(items, false, 1), 0.6, 0.5},
                              {std::make_shared<random_neighbours>(items, true, 2), 0.4, 1.5}});
  const auto user = random_user(items, 6, 9);
  const query asked = blended->fold_in(user);
  for (std::uint32_t item = 0; item < items; ++item) {
    const auto contributions = blended->explain(user, item_row{item});
    ASSERT_EQ(contributions.size(), user.strengths.size());
    double sum = 0;
    for (std::size_t i = 0; i < contributions.size(); ++i) {
      EXPECT_EQ(contributions[i].item, user.strengths[i].item);
      sum += contributions[i].amount;
    }
    EXPECT_NEAR(sum, score_of(blended->scores(), asked, item_row{item}), 1e-3);
  }
}

class cold_users : public ::testing::Test {
 protected:
  std::vector<double> weights(cold_start_strategy strategy, std::size_t interactions) const {
    return blend({{random_als(items, 4, 1), 6, 1}, {content_, 2, 1}}, {.cold_start_threshold = 5, .strategy = strategy})
        ->weights_for(interactions);
  }

 private:
  std::shared_ptr<const model> content_ = std::make_shared<random_biased>(items, 4, 2, "lightfm");
};

TEST_F(cold_users, get_the_weights_of_the_strategy_and_others_their_own) {
  using enum cold_start_strategy;
  EXPECT_THAT(weights(content_boost, 4), ElementsAre(DoubleEq(0.6), DoubleEq(0.4)));
  EXPECT_THAT(weights(content_only, 4), ElementsAre(0, 1));
  EXPECT_THAT(weights(equal, 4), ElementsAre(0.5, 0.5));
  for (const auto each : {content_boost, content_only, equal}) {
    EXPECT_THAT(weights(each, 5), ElementsAre(0.75, 0.25));
  }
}

TEST_F(cold_users, hear_nothing_of_parts_without_content) {
  const auto content = std::make_shared<random_biased>(items, 4, 2, "lightfm");
  const auto blended = blend(
      {{random_als(items, 4, 1), 1, 1}, {std::make_shared<random_neighbours>(items, false, 3), 1, 1}, {content, 1, 1}},
      {.strategy = cold_start_strategy::content_only});
  const auto user = random_user(items, 3, 4);
  EXPECT_EQ(ranking(*blended, user), ranking(*content, user));
  expect_naive_scores(*blended);
}

TEST(hybrid, is_similar_as_its_heaviest_part_that_tells_items_apart) {
  const auto als = random_als(items, 8, 1);
  const auto blended = blend(
      {{random_popularity(items, 2), 5, 1}, {std::make_shared<random_neighbours>(items, true, 3), 1, 1}, {als, 2, 1}});
  const auto asked = blended->similar_to(item_row{7});
  const auto expected = als->similar_to(item_row{7});
  for (std::uint32_t item = 0; item < items; ++item) {
    EXPECT_EQ(score_of(blended->similarity_scores(), asked, item_row{item}),
              score_of(als->similarity_scores(), expected, item_row{item}));
  }
}

TEST(hybrid, refuses_what_cannot_be_blended) {
  const auto als = random_als(items, 4, 1);
  const auto refusal = [](std::vector<hybrid_part> parts, const hybrid_options& options = {}) {
    const auto blended = hybrid_model::blend(std::move(parts), options);
    return blended ? std::string("blended") : blended.failure().message;
  };
  EXPECT_THAT(refusal({}), HasSubstr("a blend of 0 models"));
  EXPECT_THAT(refusal({{als, 1, 1}, {random_als(items + 1, 4, 1), 1, 1}}), HasSubstr("61 items"));
  EXPECT_THAT(refusal({{als, -1, 1}}), HasSubstr("from 0 up"));
  EXPECT_THAT(refusal({{als, 0, 1}}), HasSubstr("every weight is 0"));
  EXPECT_THAT(refusal({{als, 1, 0}}), HasSubstr("deviate by 0"));
  EXPECT_THAT(refusal({{als, 1, 1}}, {.strategy = cold_start_strategy::content_only}), HasSubstr("content_only"));
}

TEST(hybrid, measures_how_far_scores_are_apart) {
  training_data data;
  for (std::uint64_t user = 0; user < 40; ++user) data.strengths.add_row(random_user(items, 5, user + 1).strengths);
  data.strengths.widen(items);
  const auto als = random_als(items, 8, 1);
  double sum = 0, squares = 0;
  for (std::uint32_t user = 0; user < 40; ++user) {
    const query asked = als->fold_in(interactions_of(data, user_row{user}));
    for (std::uint32_t item = 0; item < items; ++item) {
      const double score = score_of(als->scores(), asked, item_row{item});
      sum += score;
      squares += score * score;
    }
  }
  const double mean = sum / (40 * items);
  const double expected = std::sqrt(squares / (40 * items) - mean * mean);
  EXPECT_NEAR(score_deviation(*als, data, 3), expected, 0.1 * expected);
  EXPECT_EQ(score_deviation(popularity_model(std::vector<float>(items, 3.3F)), data, 3), 1);
}

}  // namespace
}  // namespace freshet

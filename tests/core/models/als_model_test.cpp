#include "core/models/als/als.hpp"

#include <gtest/gtest.h>

#include "tests/support/als_variants.hpp"
#include "tests/support/random_interactions.hpp"

namespace freshet {
namespace {

using testing::als_variants;
using testing::dense;
using testing::largest_difference;
using testing::random_interactions;
using testing::small_als_options;
using testing::small_random_matrix;
using testing::to_dense;
using testing::trained_als;

using testing::made_up_counts;
using testing::scales_of;
using testing::serve_als;
using testing::to_vector;

TEST(als_model, fold_in_equals_a_dense_solve) {
  for (const auto& options : als_variants) {
    const auto items = small_random_matrix(40, options.factors, 7);
    const auto served = serve_als(items, options);
    for (const std::size_t length : {1U, 3U, 20U, 40U}) {
      SCOPED_TRACE(::testing::Message() << options.factors << " factors, " << length << " interactions");
      taste of_user;
      Eigen::VectorXd strengths = Eigen::VectorXd::Zero(40);
      for (std::uint32_t i = 0; i < length; ++i) {
        of_user.push_back({item_row{i}, 1 + 0.5F * static_cast<float>(i % 4)});
        strengths(i) = of_user.back().strength;
      }
      const auto folded = std::get<dense_query>(served.fold_in({.strengths = of_user})).factors;
      const Eigen::VectorXd expected = testing::reference_row(
          strengths, to_dense(items), options, testing::for_users(options), to_vector(made_up_counts(40)));
      const Eigen::VectorXd actual = Eigen::Map<const Eigen::VectorXf>(folded.data(), expected.size()).cast<double>();
      EXPECT_LT(largest_difference(actual, expected), 1e-4);
    }
  }
}

TEST(als_model, fold_in_of_a_long_history_equals_a_dense_solve) {
  const auto options = small_als_options(24);
  const auto items = small_random_matrix(500, 24, 3);
  taste of_user;
  Eigen::VectorXd strengths = Eigen::VectorXd::Zero(500);
  for (std::uint32_t i = 0; i < 500; i += 2) {
    of_user.push_back({item_row{i}, 1});
    strengths(i) = 1;
  }
  const auto folded = std::get<dense_query>(als_model(items, options).fold_in({.strengths = of_user})).factors;
  const Eigen::VectorXd expected = testing::reference_row(strengths, to_dense(items), options);
  EXPECT_LT(largest_difference(Eigen::Map<const Eigen::VectorXf>(folded.data(), 24).cast<double>(), expected), 1e-4);
}

TEST(als_model, fold_in_of_no_taste_is_zero) {
  const als_model served(small_random_matrix(4, 3, 1), small_als_options());
  EXPECT_EQ(std::get<dense_query>(served.fold_in({})).factors, std::vector<float>(3));
}

TEST(als_model, fold_in_gives_no_weight_to_a_direction_that_nothing_determines) {
  // Both items point the same way: one of two directions is open, and nothing regularizes it.
  matrix<float> items(2, 2);
  items.row(0)[0] = items.row(1)[0] = 1;
  const als_model served(items, {.factors = 2, .regularization = 0});
  const auto factors = std::get<dense_query>(served.fold_in({.strengths = {{item_row{0}, 1}}})).factors;
  EXPECT_GT(factors[0], 0);
  EXPECT_EQ(factors[1], 0);
}

taste random_taste(std::size_t items, std::size_t length, random_source& random) {
  taste of_user;
  for (std::uint32_t i = 0; i < items && of_user.size() < length; ++i) {
    if (random.uniform() < 0.5) of_user.push_back({item_row{i}, static_cast<float>(1 + random.below(5))});
  }
  return of_user;
}

TEST(als_model, explains_a_score_by_contributions_that_add_up_to_it) {
  random_source random(23);
  for (const auto& options : als_variants) {
    const auto served = serve_als(small_random_matrix(40, options.factors, 24), options);
    for (const std::size_t length : {1U, 2U, 15U}) {
      SCOPED_TRACE(::testing::Message() << options.factors << " factors, " << length << " interactions");
      const user_interactions user{.strengths = random_taste(40, length, random)};
      const auto item = item_row(random.below(40));
      const auto contributions = served.explain(user, item);
      ASSERT_EQ(contributions.size(), user.strengths.size());
      double sum = 0;
      for (std::size_t i = 0; i < contributions.size(); ++i) {
        EXPECT_EQ(contributions[i].item, user.strengths[i].item);
        sum += contributions[i].amount;
      }
      EXPECT_NEAR(sum, score_of(served.scores(), served.fold_in(user), item), 1e-4);
    }
  }
}

TEST(als_model, a_contribution_is_confidence_times_the_likeness_that_the_user_sees) {
  const auto options = small_als_options();
  const auto items = small_random_matrix(12, 5, 25);
  const user_interactions user{.strengths = {{item_row{2}, 1}, {item_row{7}, 3}}};
  const dense y = to_dense(items);
  dense a = y.transpose() * y + options.regularization * dense::Identity(5, 5);
  for (const auto& [item, strength] : user.strengths) {
    const auto row = y.row(to_integer(item));
    a += (confidence_of(strength, options) - 1) * row.transpose() * row;
  }
  const auto contributions = als_model(items, options).explain(user, item_row{4});
  for (const auto& [item, strength] : user.strengths) {
    const double expected =
        confidence_of(strength, options) * (y.row(4) * a.inverse() * y.row(to_integer(item)).transpose())(0);
    EXPECT_NEAR(contributions[item == item_row{7}].amount, expected, 1e-5);
  }
}

TEST(als_model, explains_nothing_to_a_user_who_did_nothing) {
  EXPECT_TRUE(als_model(small_random_matrix(4, 3, 1), small_als_options()).explain({}, item_row{2}).empty());
}

TEST(als_model, an_item_is_folded_in_as_training_solves_it) {
  for (const auto& options : als_variants) {
    SCOPED_TRACE(options.factors);
    const auto users = small_random_matrix(30, options.factors, 26);
    const auto counts = made_up_counts(30);
    const auto scales = scales_of(counts, options.confidence_user_exponent);
    const als_item_fold_in fold_in(users.view(), options);
    matrix<float> touching(0, options.factors);
    std::vector<float> strength_of;
    std::vector<float> scale_of;
    Eigen::VectorXd strengths = Eigen::VectorXd::Zero(30);
    for (std::uint32_t u = 0; u < 30; u += 3) {
      touching.append({users.row(u).data(), 1, options.factors});
      strength_of.push_back(1 + static_cast<float>(u % 2));
      if (!scales.empty()) scale_of.push_back(scales[u]);
      strengths(u) = strength_of.back();
    }
    const auto folded = fold_in.factors_of(touching.view(), strength_of, scale_of);
    const Eigen::VectorXd expected =
        testing::reference_row(strengths, to_dense(users), options, testing::for_items(options), to_vector(counts));
    EXPECT_LT(
        largest_difference(Eigen::Map<const Eigen::VectorXf>(folded.data(), expected.size()).cast<double>(), expected),
        1e-4);
    EXPECT_EQ(fold_in.factors_of(matrix<float>(0, options.factors).view(), {}), std::vector<float>(options.factors));
  }
}

TEST(als_model, a_trained_user_folded_in_is_near_the_trained_factors) {
  const auto interactions = random_interactions({}, 19);
  auto with_exponents = small_als_options();
  with_exponents.confidence_user_exponent = 0.4;
  with_exponents.confidence_item_exponent = 0.3;
  for (auto options : {small_als_options(), with_exponents}) {
    options.solver = least_squares_solver::cholesky;
    options.iterations = 300;
    const auto trained = trained_als(interactions, options);
    const als_model served(trained.items, options, "als", trained.item_confidence_scales);
    for (std::uint32_t u = 0; u < interactions.rows(); ++u) {
      const auto folded =
          std::get<dense_query>(served.fold_in({.strengths = interactions.taste_of(user_row{u})})).factors;
      for (std::size_t k = 0; k < 5; ++k) EXPECT_NEAR(folded[k], trained.users.row(u)[k], 1e-3);
    }
  }
}

TEST(als_model, a_confidence_says_less_the_more_the_user_and_the_item_have) {
  interaction_matrix interactions;
  interactions.add_row(taste{{item_row{0}, 1}, {item_row{1}, 1}, {item_row{2}, 1}, {item_row{3}, 1}});
  interactions.add_row(taste{{item_row{0}, 1}});
  interactions.widen(5);
  auto options = small_als_options();
  EXPECT_TRUE(trained_als(interactions, options).item_confidence_scales.empty());
  options.confidence_item_exponent = 0.5;
  const auto scales = trained_als(interactions, options).item_confidence_scales;
  ASSERT_EQ(scales.size(), 5U);
  EXPECT_FLOAT_EQ(scales[0], 1 / std::sqrt(2.0F));
  EXPECT_EQ(scales[3], 1);
  EXPECT_EQ(scales[4], 0);

  // The model's own system, written out: user 1 has one item, user 0 four.
  options.confidence_user_exponent = 1;
  const auto items = small_random_matrix(5, 5, 30);
  const als_model served(items, options, "als", scales);
  const auto c = confidence_of(1, options);
  const auto dense_items = to_dense(items);
  dense a = dense_items.transpose() * dense_items + options.regularization * dense::Identity(5, 5);
  Eigen::VectorXd b = Eigen::VectorXd::Zero(5);
  for (int i = 0; i < 4; ++i) {
    const Eigen::VectorXd y = dense_items.row(i).transpose();
    const double scaled = c / 4 / (i == 0 ? std::sqrt(2.0) : 1);
    a += (scaled - 1) * y * y.transpose();
    b += scaled * y;
  }
  const Eigen::VectorXd expected = a.ldlt().solve(b);
  const auto folded = std::get<dense_query>(served.fold_in({.strengths = interactions.taste_of(user_row{0})})).factors;
  for (std::size_t k = 0; k < 5; ++k) EXPECT_NEAR(folded[k], expected(static_cast<Eigen::Index>(k)), 1e-4);
}

TEST(als_model, ranks_similar_items_by_cosine) {
  matrix<float> items(3, 2);
  items.row(0)[0] = 1;                     // the item
  items.row(1)[0] = 0.1F;                  // the same direction, short
  items.row(2)[0] = items.row(2)[1] = 10;  // far away, long
  const als_model served(items, small_als_options(2));
  const auto query = std::get<dense_query>(served.similar_to(item_row{0})).factors;
  const auto against = std::get<dense_scores>(served.similarity_scores()).factors;
  const auto cosine = [&](std::size_t i) { return query[0] * against.row(i)[0] + query[1] * against.row(i)[1]; };
  EXPECT_FLOAT_EQ(cosine(0), 1);
  EXPECT_FLOAT_EQ(cosine(1), 1);
  EXPECT_NEAR(cosine(2), std::sqrt(0.5), 1e-6);
}

}  // namespace
}  // namespace freshet

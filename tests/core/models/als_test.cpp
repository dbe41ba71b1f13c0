#include "core/models/als/als.hpp"

#include <gtest/gtest.h>

#include <numeric>

#include "tests/support/als_variants.hpp"
#include "tests/support/random_interactions.hpp"

namespace freshet {
namespace {

using testing::als_variants;
using testing::dense;
using testing::largest_difference;
using testing::random_interactions;
using testing::reference_half_step;
using testing::small_als_options;
using testing::small_random_matrix;
using testing::to_dense;
using testing::trained_als;

TEST(als, an_exact_iteration_equals_the_dense_reference) {
  for (auto options : als_variants) {
    SCOPED_TRACE(options.factors);
    options.solver = least_squares_solver::cholesky;
    options.iterations = 2;
    const auto interactions = random_interactions({}, 11);
    const auto start = small_random_matrix(interactions.columns(), options.factors, 5);
    const auto trained = trained_als(interactions, options, {}, &start);

    const dense strengths = to_dense(interactions);
    dense users, items = to_dense(start);
    for (int step = 0; step < 2; ++step) {
      users = reference_half_step(strengths, items, options, testing::for_users(options));
      items = reference_half_step(strengths.transpose(), users, options, testing::for_items(options));
    }
    EXPECT_LT(
        largest_difference(to_dense(trained.users) * to_dense(trained.items).transpose(), users * items.transpose()),
        1e-4);
    EXPECT_NEAR(trained.loss.back(), testing::reference_loss(strengths, users, items, options),
                1e-4 * trained.loss.back());
  }
}

TEST(als, conjugate_gradient_with_as_many_steps_as_factors_is_exact) {
  for (auto options : als_variants) {
    SCOPED_TRACE(options.factors);
    options.iterations = 2;
    options.cg_steps = 2 * options.factors;
    const auto interactions = random_interactions({}, 12);
    const auto start = small_random_matrix(interactions.columns(), options.factors, 5);
    const auto stepped = trained_als(interactions, options, {}, &start);
    options.solver = least_squares_solver::cholesky;
    const auto exact = trained_als(interactions, options, {}, &start);
    EXPECT_LT(largest_difference(to_dense(stepped.users) * to_dense(stepped.items).transpose(),
                                 to_dense(exact.users) * to_dense(exact.items).transpose()),
              1e-3);
    EXPECT_NEAR(stepped.loss.back(), exact.loss.back(), 1e-4 * exact.loss.back());
  }
}

TEST(als, both_solvers_come_to_rest_where_each_side_solves_the_other) {
  const auto interactions = random_interactions({}, 13);
  auto options = small_als_options();
  options.iterations = 3000;
  for (const auto solver : {least_squares_solver::cg, least_squares_solver::cholesky}) {
    options.solver = solver;
    const auto trained = trained_als(interactions, options);
    const dense users = to_dense(trained.users), items = to_dense(trained.items);
    EXPECT_LT(largest_difference(reference_half_step(to_dense(interactions), items, options) * items.transpose(),
                                 users * items.transpose()),
              1e-4);
  }
}

TEST(als, reports_the_loss_of_the_factors_it_has) {
  for (const auto& options : als_variants) {
    const auto interactions = random_interactions({}, 14);
    const auto trained = trained_als(interactions, options);
    const double expected =
        testing::reference_loss(to_dense(interactions), to_dense(trained.users), to_dense(trained.items), options);
    EXPECT_NEAR(trained.loss.back(), expected, 1e-4 * expected) << options.factors;
  }
}

TEST(als, never_lets_the_loss_rise) {
  const auto interactions = random_interactions({.users = 200, .items = 100}, 15);
  auto options = small_als_options(16);
  options.iterations = 12;
  const auto losses = trained_als(interactions, options).loss;
  ASSERT_EQ(losses.size(), 12U);
  for (std::size_t i = 1; i < losses.size(); ++i) EXPECT_LE(losses[i], losses[i - 1] * (1 + 1e-6));
}

TEST(als, gives_the_same_bytes_for_the_same_seed_on_any_number_of_threads) {
  const auto interactions = random_interactions({.users = 300, .items = 90}, 16);
  const auto first = trained_als(interactions, small_als_options(), {.seed = 3, .threads = 1});
  const auto second = trained_als(interactions, small_als_options(), {.seed = 3, .threads = 4});
  EXPECT_EQ(first.users.values(), second.users.values());
  EXPECT_EQ(first.items.values(), second.items.values());
  EXPECT_EQ(first.loss, second.loss);
  EXPECT_NE(first.items.values(), trained_als(interactions, small_als_options(), {.seed = 4}).items.values());
}

TEST(als, permuting_users_and_items_permutes_the_factors) {
  const auto interactions = random_interactions({}, 17);
  const auto start = small_random_matrix(interactions.columns(), 5, 18);
  std::vector<std::uint32_t> new_row(interactions.columns());
  std::iota(new_row.rbegin(), new_row.rend(), 0U);

  interaction_matrix permuted;
  matrix<float> permuted_start(start.rows(), 5);
  for (std::size_t user = interactions.rows(); user-- > 0;) {
    auto row = interactions.taste_of(user_row(user));
    for (auto& entry : row) entry.item = item_row{new_row[to_integer(entry.item)]};
    std::reverse(row.begin(), row.end());
    permuted.add_row(row);
  }
  for (std::size_t i = 0; i < start.rows(); ++i) {
    std::copy_n(start.row(i).data(), 5, permuted_start.row(new_row[i]).data());
  }
  const auto expected = trained_als(interactions, small_als_options(), {}, &start);
  const auto actual = trained_als(permuted, small_als_options(), {}, &permuted_start);
  for (std::size_t i = 0; i < start.rows(); ++i) {
    for (std::size_t k = 0; k < 5; ++k) EXPECT_NEAR(actual.items.row(new_row[i])[k], expected.items.row(i)[k], 1e-4);
  }
  for (std::size_t u = 0; u < interactions.rows(); ++u) {
    const std::size_t mirrored = interactions.rows() - 1 - u;
    for (std::size_t k = 0; k < 5; ++k) EXPECT_NEAR(actual.users.row(mirrored)[k], expected.users.row(u)[k], 1e-4);
  }
}

TEST(als, an_item_nobody_bought_and_a_user_without_events_have_zero_factors) {
  interaction_matrix interactions;
  interactions.add_row(taste{{item_row{0}, 1}, {item_row{2}, 1}});
  interactions.add_row({});
  interactions.widen(4);
  const auto trained = trained_als(interactions, small_als_options());
  for (const std::size_t item : {1U, 3U}) {
    for (const float value : trained.items.row(item)) EXPECT_EQ(value, 0);
  }
  for (const float value : trained.users.row(1)) EXPECT_EQ(value, 0);
  EXPECT_NE(trained.items.row(0)[0], 0);
}

TEST(als, learns_from_one_user_and_one_item_and_from_nothing) {
  interaction_matrix one;
  one.add_row(taste{{item_row{0}, 1}});
  const auto trained = trained_als(one, small_als_options());
  const dense score = to_dense(trained.users) * to_dense(trained.items).transpose();
  EXPECT_GT(score(0, 0), 0.5);

  const auto nothing = trained_als(interaction_matrix(), small_als_options());
  EXPECT_EQ(nothing.items.rows(), 0U);
  EXPECT_EQ(nothing.loss.back(), 0);
}

TEST(als, extreme_strengths_stay_finite) {
  interaction_matrix interactions;
  interactions.add_row(taste{{item_row{0}, 3e38F}, {item_row{1}, 1}});
  interactions.add_row(taste{{item_row{1}, 1e-30F}});
  const auto trained = trained_als(interactions, small_als_options());
  for (const float value : trained.users.values()) EXPECT_TRUE(std::isfinite(value));
}

TEST(als, names_the_remedy_when_cholesky_meets_a_singular_system) {
  interaction_matrix interactions;
  interactions.add_row(taste{{item_row{0}, 1}});
  auto options = small_als_options();
  options.regularization = 0;
  options.solver = least_squares_solver::cholesky;
  const auto trained = train_als(interactions, options, {});
  ASSERT_FALSE(trained);
  EXPECT_EQ(trained.failure().code, error_code::not_positive_definite);
  EXPECT_NE(trained.failure().message.find("increase the regularization (now 0)"), std::string::npos);
}

TEST(als, names_the_remedy_when_the_loss_is_not_finite) {
  const auto interactions = random_interactions({}, 20);
  auto start = small_random_matrix(interactions.columns(), 5, 21);
  start.row(0)[0] = std::numeric_limits<float>::infinity();
  const auto trained = train_als(interactions, small_als_options(), {}, {.items = &start});
  ASSERT_FALSE(trained);
  EXPECT_NE(trained.failure().message.find("increase the regularization (now 0.1)"), std::string::npos);
}

TEST(als, returns_what_it_has_when_it_is_stopped) {
  const auto interactions = random_interactions({}, 22);
  const auto stopped =
      trained_als(interactions, small_als_options(), {.progress = [](const auto& done) { return done.step < 2; }});
  EXPECT_EQ(stopped.loss.size(), 2U);
  auto shorter = small_als_options();
  shorter.iterations = 2;
  EXPECT_EQ(stopped.items.values(), trained_als(interactions, shorter).items.values());
}

TEST(als_parameters, read_back_what_they_were_written_from) {
  for (const auto& options : als_variants) {
    const auto read = als_options_from(to_parameters(options));
    ASSERT_TRUE(read);
    EXPECT_EQ(*read, options);
  }
}

TEST(als_parameters, name_the_value_and_the_bounds) {
  const auto message = [](const parameters& given) { return als_options_from(given).failure().message; };
  EXPECT_EQ(message({{"factors", 0.0}}), "als: factors is 0; give a whole number from 1 to 1024");
  EXPECT_EQ(message({{"factors", 2.5}}), "als: factors is 2.5; give a whole number from 1 to 1024");
  EXPECT_EQ(message({{"alpha", std::string("high")}}), "als: alpha is \"high\"; give a number from 0 to 1000000");
  EXPECT_EQ(message({{"solver", std::string("sgd")}}), "als: solver is \"sgd\"; give one of: cg, cholesky");
  EXPECT_EQ(message({{"regularisation", 0.1}}).substr(0, 41), "als: unknown parameter 'regularisation'; ");
}

}  // namespace
}  // namespace freshet

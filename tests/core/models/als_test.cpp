#include "core/models/als/als.hpp"

#include <gtest/gtest.h>

#include <numeric>

#include "tests/support/random_interactions.hpp"
#include "tests/support/reference_als.hpp"

namespace freshet {
namespace {

using testing::dense;
using testing::random_interactions;
using testing::reference_half_step;
using testing::to_dense;

als_options small_options(std::uint32_t factors = 5) {
  return {.factors = factors, .regularization = 0.1, .alpha = 2, .iterations = 6};
}

als_factors train(const interaction_matrix& interactions, const als_options& options,
                  const training_context& context = {}, const matrix<float>* initial = nullptr) {
  auto trained = train_als(interactions, options, context, {.items = initial});
  if (!trained) throw std::runtime_error(trained.failure().message);
  return std::move(trained).value();
}

double largest_difference(const dense& a, const dense& b) {
  return (a - b).cwiseAbs().maxCoeff();
}

matrix<float> random_matrix(std::size_t rows, std::size_t columns, std::uint64_t seed) {
  random_source random(seed);
  matrix<float> values(rows, columns);
  for (float& value : values.values()) value = static_cast<float>(0.3 * random.normal());
  return values;
}

/// As if item i had been touched 1 + i % 7 times.
std::vector<std::size_t> made_up_counts(std::size_t items) {
  std::vector<std::size_t> counts(items);
  for (std::size_t i = 0; i < items; ++i) counts[i] = 1 + i % 7;
  return counts;
}

std::vector<float> scales_of(const std::vector<std::size_t>& counts, double exponent) {
  std::vector<float> scales;
  for (const std::size_t count : counts) scales.push_back(confidence_scale(count, exponent));
  return scales;
}

Eigen::VectorXd to_vector(const std::vector<std::size_t>& counts) {
  return Eigen::Map<const Eigen::Matrix<std::size_t, -1, 1>>(counts.data(), static_cast<Eigen::Index>(counts.size()))
      .cast<double>();
}

als_model serve(const matrix<float>& items, const als_options& options) {
  return {items, options, "als", scales_of(made_up_counts(items.rows()), options.confidence_item_exponent)};
}

const als_options variants[] = {
    small_options(),
    {.factors = 5, .regularization = 0.1, .alpha = 2, .confidence = confidence_kind::log, .epsilon = 0.5},
    {.factors = 5,
     .regularization = 0.1,
     .alpha = 0.3,
     .confidence = confidence_kind::binary,
     .unobserved_weight = 0.3},
    {.factors = 5, .regularization = 0.1, .alpha = 3, .confidence = confidence_kind::implicit},
    {.factors = 5, .regularization = 0.01, .alpha = 1, .unobserved_weight = 0.5, .regularization_exponent = 1},
    {.factors = 5,
     .regularization = 0.05,
     .alpha = 2,
     .unobserved_weight = 0.3,
     .confidence_user_exponent = 0.3,
     .confidence_item_exponent = 0.5},
    small_options(16),
    small_options(19),
    small_options(64),
    small_options(70),
};

TEST(als, fold_in_equals_a_dense_solve) {
  for (const auto& options : variants) {
    const auto items = random_matrix(40, options.factors, 7);
    const auto served = serve(items, options);
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

TEST(als, fold_in_of_a_long_history_equals_a_dense_solve) {
  const auto options = small_options(24);
  const auto items = random_matrix(500, 24, 3);
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

TEST(als, fold_in_of_no_taste_is_zero) {
  const als_model served(random_matrix(4, 3, 1), small_options());
  EXPECT_EQ(std::get<dense_query>(served.fold_in({})).factors, std::vector<float>(3));
}

TEST(als, fold_in_gives_no_weight_to_a_direction_that_nothing_determines) {
  // Both items point the same way: one of two directions is open, and nothing regularizes it.
  matrix<float> items(2, 2);
  items.row(0)[0] = items.row(1)[0] = 1;
  const als_model served(items, {.factors = 2, .regularization = 0});
  const auto factors = std::get<dense_query>(served.fold_in({.strengths = {{item_row{0}, 1}}})).factors;
  EXPECT_GT(factors[0], 0);
  EXPECT_EQ(factors[1], 0);
}

TEST(als, an_exact_iteration_equals_the_dense_reference) {
  for (auto options : variants) {
    SCOPED_TRACE(options.factors);
    options.solver = least_squares_solver::cholesky;
    options.iterations = 2;
    const auto interactions = random_interactions({}, 11);
    const auto start = random_matrix(interactions.columns(), options.factors, 5);
    const auto trained = train(interactions, options, {}, &start);

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
  for (auto options : variants) {
    SCOPED_TRACE(options.factors);
    options.iterations = 2;
    options.cg_steps = 2 * options.factors;
    const auto interactions = random_interactions({}, 12);
    const auto start = random_matrix(interactions.columns(), options.factors, 5);
    const auto stepped = train(interactions, options, {}, &start);
    options.solver = least_squares_solver::cholesky;
    const auto exact = train(interactions, options, {}, &start);
    EXPECT_LT(largest_difference(to_dense(stepped.users) * to_dense(stepped.items).transpose(),
                                 to_dense(exact.users) * to_dense(exact.items).transpose()),
              1e-3);
    EXPECT_NEAR(stepped.loss.back(), exact.loss.back(), 1e-4 * exact.loss.back());
  }
}

TEST(als, both_solvers_come_to_rest_where_each_side_solves_the_other) {
  const auto interactions = random_interactions({}, 13);
  auto options = small_options();
  options.iterations = 3000;
  for (const auto solver : {least_squares_solver::cg, least_squares_solver::cholesky}) {
    options.solver = solver;
    const auto trained = train(interactions, options);
    const dense users = to_dense(trained.users), items = to_dense(trained.items);
    EXPECT_LT(largest_difference(reference_half_step(to_dense(interactions), items, options) * items.transpose(),
                                 users * items.transpose()),
              1e-4);
  }
}

TEST(als, reports_the_loss_of_the_factors_it_has) {
  for (const auto& options : variants) {
    const auto interactions = random_interactions({}, 14);
    const auto trained = train(interactions, options);
    const double expected =
        testing::reference_loss(to_dense(interactions), to_dense(trained.users), to_dense(trained.items), options);
    EXPECT_NEAR(trained.loss.back(), expected, 1e-4 * expected) << options.factors;
  }
}

TEST(als, never_lets_the_loss_rise) {
  const auto interactions = random_interactions({.users = 200, .items = 100}, 15);
  auto options = small_options(16);
  options.iterations = 12;
  const auto losses = train(interactions, options).loss;
  ASSERT_EQ(losses.size(), 12U);
  for (std::size_t i = 1; i < losses.size(); ++i) EXPECT_LE(losses[i], losses[i - 1] * (1 + 1e-6));
}

TEST(als, gives_the_same_bytes_for_the_same_seed_on_any_number_of_threads) {
  const auto interactions = random_interactions({.users = 300, .items = 90}, 16);
  const auto first = train(interactions, small_options(), {.seed = 3, .threads = 1});
  const auto second = train(interactions, small_options(), {.seed = 3, .threads = 4});
  EXPECT_EQ(first.users.values(), second.users.values());
  EXPECT_EQ(first.items.values(), second.items.values());
  EXPECT_EQ(first.loss, second.loss);
  EXPECT_NE(first.items.values(), train(interactions, small_options(), {.seed = 4}).items.values());
}

TEST(als, permuting_users_and_items_permutes_the_factors) {
  const auto interactions = random_interactions({}, 17);
  const auto start = random_matrix(interactions.columns(), 5, 18);
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
  const auto expected = train(interactions, small_options(), {}, &start);
  const auto actual = train(permuted, small_options(), {}, &permuted_start);
  for (std::size_t i = 0; i < start.rows(); ++i) {
    for (std::size_t k = 0; k < 5; ++k) EXPECT_NEAR(actual.items.row(new_row[i])[k], expected.items.row(i)[k], 1e-4);
  }
  for (std::size_t u = 0; u < interactions.rows(); ++u) {
    const std::size_t mirrored = interactions.rows() - 1 - u;
    for (std::size_t k = 0; k < 5; ++k) EXPECT_NEAR(actual.users.row(mirrored)[k], expected.users.row(u)[k], 1e-4);
  }
}

taste random_taste(std::size_t items, std::size_t length, random_source& random) {
  taste of_user;
  for (std::uint32_t i = 0; i < items && of_user.size() < length; ++i) {
    if (random.uniform() < 0.5) of_user.push_back({item_row{i}, static_cast<float>(1 + random.below(5))});
  }
  return of_user;
}

TEST(als, explains_a_score_by_contributions_that_add_up_to_it) {
  random_source random(23);
  for (const auto& options : variants) {
    const auto served = serve(random_matrix(40, options.factors, 24), options);
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

TEST(als, a_contribution_is_confidence_times_the_likeness_that_the_user_sees) {
  const auto options = small_options();
  const auto items = random_matrix(12, 5, 25);
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

TEST(als, explains_nothing_to_a_user_who_did_nothing) {
  EXPECT_TRUE(als_model(random_matrix(4, 3, 1), small_options()).explain({}, item_row{2}).empty());
}

TEST(als, an_item_is_folded_in_as_training_solves_it) {
  for (const auto& options : variants) {
    SCOPED_TRACE(options.factors);
    const auto users = random_matrix(30, options.factors, 26);
    const auto counts = made_up_counts(30);
    const als_item_fold_in fold_in(users.view(), options, 0, scales_of(counts, options.confidence_user_exponent));
    std::vector<weighted<user_row>> touched;
    Eigen::VectorXd strengths = Eigen::VectorXd::Zero(30);
    for (std::uint32_t u = 0; u < 30; u += 3) {
      touched.push_back({user_row{u}, 1 + static_cast<float>(u % 2)});
      strengths(u) = touched.back().strength;
    }
    const auto folded = fold_in.factors_of(touched);
    const Eigen::VectorXd expected =
        testing::reference_row(strengths, to_dense(users), options, testing::for_items(options), to_vector(counts));
    EXPECT_LT(
        largest_difference(Eigen::Map<const Eigen::VectorXf>(folded.data(), expected.size()).cast<double>(), expected),
        1e-4);
    EXPECT_EQ(fold_in.factors_of({}), std::vector<float>(options.factors));
  }
}

TEST(als, a_trained_user_folded_in_is_near_the_trained_factors) {
  const auto interactions = random_interactions({}, 19);
  auto with_exponents = small_options();
  with_exponents.confidence_user_exponent = 0.4;
  with_exponents.confidence_item_exponent = 0.3;
  for (auto options : {small_options(), with_exponents}) {
    options.solver = least_squares_solver::cholesky;
    options.iterations = 300;
    const auto trained = train(interactions, options);
    const als_model served(trained.items, options, "als", trained.item_confidence_scales);
    for (std::uint32_t u = 0; u < interactions.rows(); ++u) {
      const auto folded =
          std::get<dense_query>(served.fold_in({.strengths = interactions.taste_of(user_row{u})})).factors;
      for (std::size_t k = 0; k < 5; ++k) EXPECT_NEAR(folded[k], trained.users.row(u)[k], 1e-3);
    }
  }
}

TEST(als, a_confidence_says_less_the_more_the_user_and_the_item_have) {
  interaction_matrix interactions;
  interactions.add_row(taste{{item_row{0}, 1}, {item_row{1}, 1}, {item_row{2}, 1}, {item_row{3}, 1}});
  interactions.add_row(taste{{item_row{0}, 1}});
  interactions.widen(5);
  auto options = small_options();
  EXPECT_TRUE(train(interactions, options).item_confidence_scales.empty());
  options.confidence_item_exponent = 0.5;
  const auto scales = train(interactions, options).item_confidence_scales;
  ASSERT_EQ(scales.size(), 5U);
  EXPECT_FLOAT_EQ(scales[0], 1 / std::sqrt(2.0F));
  EXPECT_EQ(scales[3], 1);
  EXPECT_EQ(scales[4], 0);

  // The model's own system, written out: user 1 has one item, user 0 four.
  options.confidence_user_exponent = 1;
  const auto items = random_matrix(5, 5, 30);
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

TEST(als, an_item_nobody_bought_and_a_user_without_events_have_zero_factors) {
  interaction_matrix interactions;
  interactions.add_row(taste{{item_row{0}, 1}, {item_row{2}, 1}});
  interactions.add_row({});
  interactions.widen(4);
  const auto trained = train(interactions, small_options());
  for (const std::size_t item : {1U, 3U}) {
    for (const float value : trained.items.row(item)) EXPECT_EQ(value, 0);
  }
  for (const float value : trained.users.row(1)) EXPECT_EQ(value, 0);
  EXPECT_NE(trained.items.row(0)[0], 0);
}

TEST(als, learns_from_one_user_and_one_item_and_from_nothing) {
  interaction_matrix one;
  one.add_row(taste{{item_row{0}, 1}});
  const auto trained = train(one, small_options());
  const dense score = to_dense(trained.users) * to_dense(trained.items).transpose();
  EXPECT_GT(score(0, 0), 0.5);

  const auto nothing = train(interaction_matrix(), small_options());
  EXPECT_EQ(nothing.items.rows(), 0U);
  EXPECT_EQ(nothing.loss.back(), 0);
}

TEST(als, extreme_strengths_stay_finite) {
  interaction_matrix interactions;
  interactions.add_row(taste{{item_row{0}, 3e38F}, {item_row{1}, 1}});
  interactions.add_row(taste{{item_row{1}, 1e-30F}});
  const auto trained = train(interactions, small_options());
  for (const float value : trained.users.values()) EXPECT_TRUE(std::isfinite(value));
}

TEST(als, names_the_remedy_when_cholesky_meets_a_singular_system) {
  interaction_matrix interactions;
  interactions.add_row(taste{{item_row{0}, 1}});
  auto options = small_options();
  options.regularization = 0;
  options.solver = least_squares_solver::cholesky;
  const auto trained = train_als(interactions, options, {});
  ASSERT_FALSE(trained);
  EXPECT_EQ(trained.failure().code, error_code::not_positive_definite);
  EXPECT_NE(trained.failure().message.find("increase the regularization (now 0)"), std::string::npos);
}

TEST(als, names_the_remedy_when_the_loss_is_not_finite) {
  const auto interactions = random_interactions({}, 20);
  auto start = random_matrix(interactions.columns(), 5, 21);
  start.row(0)[0] = std::numeric_limits<float>::infinity();
  const auto trained = train_als(interactions, small_options(), {}, {.items = &start});
  ASSERT_FALSE(trained);
  EXPECT_NE(trained.failure().message.find("increase the regularization (now 0.1)"), std::string::npos);
}

TEST(als, returns_what_it_has_when_it_is_stopped) {
  const auto interactions = random_interactions({}, 22);
  const auto stopped =
      train(interactions, small_options(), {.progress = [](const auto& done) { return done.step < 2; }});
  EXPECT_EQ(stopped.loss.size(), 2U);
  auto shorter = small_options();
  shorter.iterations = 2;
  EXPECT_EQ(stopped.items.values(), train(interactions, shorter).items.values());
}

TEST(als, ranks_similar_items_by_cosine) {
  matrix<float> items(3, 2);
  items.row(0)[0] = 1;                     // the item
  items.row(1)[0] = 0.1F;                  // the same direction, short
  items.row(2)[0] = items.row(2)[1] = 10;  // far away, long
  const als_model served(items, small_options(2));
  const auto query = std::get<dense_query>(served.similar_to(item_row{0})).factors;
  const auto against = std::get<dense_scores>(served.similarity_scores()).factors;
  const auto cosine = [&](std::size_t i) { return query[0] * against.row(i)[0] + query[1] * against.row(i)[1]; };
  EXPECT_FLOAT_EQ(cosine(0), 1);
  EXPECT_FLOAT_EQ(cosine(1), 1);
  EXPECT_NEAR(cosine(2), std::sqrt(0.5), 1e-6);
}

TEST(als_parameters, read_back_what_they_were_written_from) {
  for (const auto& options : variants) {
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

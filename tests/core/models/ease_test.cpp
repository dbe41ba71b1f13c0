#include "core/models/ease/ease.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/models/ease/cooccurrence.hpp"
#include "tests/support/random_interactions.hpp"
#include "tests/support/reference_ease.hpp"

namespace freshet {
namespace {

/// Events in a random order, some items more than once; strengths are their counts.
training_data random_data(std::uint64_t seed, std::size_t users = 40, std::uint32_t items = 15) {
  random_source random(seed);
  training_data data;
  for (std::size_t user = 0; user < users; ++user) {
    std::vector<float> counts(items);
    const std::size_t events = random.below(12);
    for (std::size_t i = 0; i < events; ++i) {
      const auto item = static_cast<std::uint32_t>(random.below(items));
      counts[item] += 1;
      data.sequences.events.push_back({item_row{item}, static_cast<unix_seconds>(i), 0});
    }
    data.sequences.offsets.push_back(data.sequences.events.size());
    taste row;
    for (std::uint32_t item = 0; item < items; ++item) {
      if (counts[item] > 0) row.push_back({item_row{item}, counts[item]});
    }
    data.strengths.add_row(row);
  }
  data.strengths.widen(items);
  return data;
}

ease_solution solve(const training_data& data, const ease_options& options, std::uint32_t threads = 2) {
  auto solution = train_ease(data, options, {.threads = threads});
  if (!solution) throw std::runtime_error(solution.failure().message);
  return std::move(solution).value();
}

Eigen::MatrixXd dense(const ease_weights& weights) {
  const auto n = static_cast<Eigen::Index>(weights.offsets.size() - 1);
  return Eigen::Map<const Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>(weights.values.data(),
                                                                                                 n, n)
      .cast<double>();
}

const ease_options variants[] = {
    {.lambda = 0.5},
    {.lambda = 20},
    {.lambda = 2, .entries = ease_entries::weighted},
    {.lambda = 1, .sequence_share = 0.5},
    {.lambda = 1, .sequence_share = 0.5, .diagonal = ease_diagonal::free},
    {.lambda = 3, .sequence_share = 0.5, .diagonal = ease_diagonal::free, .self_penalty = 0.6},
    {.lambda = 5, .sequence_share = 1, .training_decay = 0.4},
    {.lambda = 5, .sequence_share = 1, .training_decay = 30, .diagonal = ease_diagonal::free},
};

TEST(ease, equals_an_explicit_inverse) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const auto data = random_data(seed);
    for (std::size_t v = 0; v < std::size(variants); ++v) {
      SCOPED_TRACE(::testing::Message() << "seed " << seed << ", variant " << v);
      const auto found = dense(solve(data, variants[v]).weights);
      EXPECT_LT((found - testing::reference_ease(data, variants[v])).cwiseAbs().maxCoeff(), 1e-4);
    }
  }
}

TEST(ease, reports_the_objective_at_its_minimum) {
  const auto data = random_data(3);
  for (const auto& options : variants) {
    const auto solution = solve(data, options);
    const auto weights = dense(solution.weights);
    const auto entries = testing::entries_matrix(data, options);
    double expected = (1 - options.sequence_share) * (entries - entries * weights).squaredNorm();
    if (options.sequence_share > 0) {
      const auto before = testing::cuts_matrix(data, options, true);
      const auto after = testing::cuts_matrix(data, options, false);
      expected += options.sequence_share * (after - before * weights).squaredNorm();
    }
    expected += options.lambda * weights.squaredNorm();
    for (Eigen::Index i = 0; i < weights.cols(); ++i) {
      expected +=
          2 * (1 - options.sequence_share) * options.self_penalty * entries.col(i).squaredNorm() * weights(i, i);
    }
    EXPECT_NEAR(solution.loss, expected, 1e-4 * expected);
  }
}

TEST(ease, of_items_in_another_order_has_its_weights_in_that_order) {
  const auto data = random_data(4);
  const std::uint32_t items = 15;
  const auto renamed = [](item_row item) { return item_row{(to_integer(item) * 7 + 3) % items}; };
  training_data permuted = data;
  for (auto& event : permuted.sequences.events) event.item = renamed(event.item);
  permuted.strengths = {};
  for (std::uint32_t user = 0; user < data.strengths.rows(); ++user) {
    taste row = data.strengths.taste_of(user_row{user});
    for (auto& each : row) each.item = renamed(each.item);
    std::sort(row.begin(), row.end(), [](const auto& a, const auto& b) { return a.item < b.item; });
    permuted.strengths.add_row(row);
  }
  permuted.strengths.widen(items);
  for (const auto& options : variants) {
    const auto plain = dense(solve(data, options).weights);
    const auto other = dense(solve(permuted, options).weights);
    for (std::uint32_t i = 0; i < items; ++i) {
      for (std::uint32_t j = 0; j < items; ++j) {
        EXPECT_NEAR(other(to_integer(renamed(item_row{i})), to_integer(renamed(item_row{j}))), plain(i, j), 1e-5);
      }
    }
  }
}

TEST(ease, gives_the_same_bytes_again) {
  const auto data = random_data(5, 200, 90);
  for (const auto& options : variants) {
    EXPECT_EQ(solve(data, options).weights, solve(data, options).weights);
  }
}

TEST(ease, leaves_items_that_nobody_touched_without_weights) {
  auto data = random_data(6);
  data.strengths.widen(17);
  for (const auto& options : variants) {
    const auto weights = dense(solve(data, options).weights);
    EXPECT_EQ(weights.row(16).cwiseAbs().maxCoeff(), 0);
    EXPECT_EQ(weights.col(16).cwiseAbs().maxCoeff(), 0);
  }
}

TEST(ease, of_degenerate_data_has_an_answer) {
  for (const auto& options : variants) {
    training_data nothing;
    EXPECT_EQ(solve(nothing, options).weights.values.size(), 0U);
    training_data one;
    one.strengths.add_row(std::vector<weighted<item_row>>{{item_row{0}, 3}});
    const float itself = solve(one, options).weights.values[0];
    EXPECT_EQ(itself > 0, options.diagonal == ease_diagonal::free && options.sequence_share < 1);
    training_data alike;
    for (int user = 0; user < 20; ++user) {
      alike.strengths.add_row(std::vector<weighted<item_row>>{{item_row{0}, 1}, {item_row{1}, 1}});
    }
    const auto weights = solve(alike, options).weights.values;
    EXPECT_FLOAT_EQ(weights[1], weights[2]);
  }
}

TEST(ease, without_regularization_names_the_remedy) {
  auto data = random_data(7);
  data.strengths.widen(16);
  const auto refused = train_ease(data, {.lambda = 0}, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.failure().code, error_code::not_positive_definite);
  EXPECT_EQ(refused.failure().message,
            "ease: the matrix of 16 rows is not positive definite in float32 at row 15; increase lambda (now 0)");
}

TEST(ease, keeps_the_strongest_weights_of_each_row) {
  const auto data = random_data(8);
  const auto all = solve(data, {.lambda = 2});
  const auto kept = solve(data, {.lambda = 2, .top_k_per_row = 4}).weights;
  ASSERT_EQ(kept.offsets.back(), 15U * 4U);
  for (std::size_t row = 0; row < 15; ++row) {
    std::vector<float> strengths;
    for (std::size_t j = 0; j < 15; ++j) strengths.push_back(std::abs(all.weights.values[row * 15 + j]));
    std::sort(strengths.rbegin(), strengths.rend());
    for (std::size_t j = row * 4; j < (row + 1) * 4; ++j) {
      EXPECT_GE(std::abs(kept.values[j]), strengths[3]);
      EXPECT_EQ(kept.values[j], all.weights.values[row * 15 + to_integer(kept.columns[j])]);
      EXPECT_TRUE(j == row * 4 || kept.columns[j - 1] < kept.columns[j]);
    }
  }
  EXPECT_EQ(solve(data, {.lambda = 2, .top_k_per_row = 100}).weights.values, all.weights.values);
}

TEST(ease, scores_a_history_with_the_sum_of_its_rows_and_explains_it_exactly) {
  const auto data = random_data(9);
  for (const std::uint32_t kept : {0U, 5U}) {
    for (const auto entries : {ease_entries::binary, ease_entries::weighted}) {
      const ease_options options{.lambda = 2, .top_k_per_row = kept, .entries = entries};
      const ease_model served(solve(data, options).weights, options);
      const user_interactions user{.strengths = {{item_row{2}, 1}, {item_row{7}, 3}, {item_row{11}, 2}}};
      for (std::uint32_t item = 0; item < 15; ++item) {
        const auto parts = served.explain(user, item_row{item});
        ASSERT_EQ(parts.size(), 3U);
        EXPECT_EQ(parts[1].item, item_row{7});
        const float sum = parts[0].amount + parts[1].amount + parts[2].amount;
        EXPECT_FLOAT_EQ(score_of(served.scores(), served.fold_in(user), item_row{item}), sum);
      }
      const auto weights = std::get<sparse_query>(served.fold_in(user)).weights;
      EXPECT_EQ(weights[1].strength, entries == ease_entries::binary ? 1 : 3);
    }
  }
}

TEST(ease, lets_a_history_fade_with_the_events_that_came_after) {
  const ease_options options{.history_decay = 2};
  const ease_model served(whole_matrix(matrix<float>(4, 4)), options);
  const user_interactions user{.strengths = {{item_row{0}, 1}, {item_row{1}, 2}, {item_row{3}, 1}},
                               .sequence = {{item_row{1}, 1}, {item_row{0}, 2}, {item_row{1}, 3}}};
  const auto weights = std::get<sparse_query>(served.fold_in(user)).weights;
  ASSERT_EQ(weights.size(), 3U);
  EXPECT_FLOAT_EQ(weights[0].strength, std::exp(-0.5F));
  EXPECT_FLOAT_EQ(weights[1].strength, 1);
  EXPECT_FLOAT_EQ(weights[2].strength, std::exp(-1.5F)) << "no event, older than all";
  const user_interactions without_order{.strengths = user.strengths};
  EXPECT_EQ(std::get<sparse_query>(served.fold_in(without_order)).weights[0].strength, 1);
}

TEST(ease, knows_what_comes_next) {
  training_data data;
  for (int user = 0; user < 30; ++user) {
    data.strengths.add_row(std::vector<weighted<item_row>>{{item_row{0}, 1}, {item_row{1}, 1}});
    data.sequences.events.push_back({item_row{0}, 0, 0});
    data.sequences.events.push_back({item_row{1}, 1, 0});
    data.sequences.offsets.push_back(data.sequences.events.size());
  }
  const auto weights = dense(solve(data, {.lambda = 1, .sequence_share = 1}).weights);
  EXPECT_GT(weights(0, 1), 0.9);
  EXPECT_EQ(weights(1, 0), 0);
}

TEST(ease, finds_similar_items_in_the_row_of_an_item) {
  const auto data = random_data(10);
  const ease_options options{.lambda = 2};
  const ease_model served(solve(data, options).weights, options);
  const auto query = served.similar_to(item_row{3});
  for (std::uint32_t item = 0; item < 15; ++item) {
    EXPECT_EQ(score_of(served.similarity_scores(), query, item_row{item}), served.weights().values[3 * 15 + item]);
  }
}

TEST(ease, tells_its_progress_once_with_the_model) {
  const auto data = random_data(11);
  const auto family = ease_trainer();
  int calls = 0;
  const auto trained = family.train(data, *family.complete({}), {.progress = [&](const training_progress& done) {
                                      ++calls;
                                      EXPECT_EQ(done.step, done.steps);
                                      EXPECT_EQ(done.snapshot().served->items(), 15U);
                                      return false;
                                    }});
  ASSERT_TRUE(trained);
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(trained->loss.size(), 1U);
}

TEST(ease, needs_a_square_of_the_catalogue) {
  const data_size gowalla{.users = 29'858, .items = 40'981, .entries = 810'128};
  const std::uint64_t square = 4ULL * 40'981 * 40'981;
  EXPECT_GT(ease_memory_bytes(gowalla, {}), square);
  EXPECT_LT(ease_memory_bytes(gowalla, {}), square + (64 << 20));
}

TEST(ease_parameters, read_back_what_they_were_written_from) {
  for (const auto& options : variants) {
    const auto read = ease_options_from(to_parameters(options));
    ASSERT_TRUE(read);
    EXPECT_EQ(*read, options);
  }
}

TEST(ease_parameters, name_the_value_and_the_bounds) {
  const auto message = [](const parameters& given) { return ease_options_from(given).failure().message; };
  EXPECT_EQ(message({{"lambda", -1.0}}), "ease: lambda is -1; give a number from 0 to 1000000000");
  EXPECT_EQ(message({{"diagonal", std::string("one")}}), "ease: diagonal is \"one\"; give one of: zero, free");
  EXPECT_EQ(message({{"lamda", 1.0}}).substr(0, 34), "ease: unknown parameter 'lamda'; k");
}

TEST(cooccurrence, equals_a_dense_product) {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    const auto left = testing::random_interactions({.users = 50, .items = 20}, seed);
    const auto right = testing::random_interactions({.users = 50, .items = 33}, seed + 100);
    const auto to_dense = [](const interaction_matrix& from) {
      Eigen::MatrixXf values =
          Eigen::MatrixXf::Zero(static_cast<Eigen::Index>(from.rows()), static_cast<Eigen::Index>(from.columns()));
      for (std::uint32_t row = 0; row < from.rows(); ++row) {
        for (const auto& [item, value] : from.taste_of(user_row{row})) values(row, to_integer(item)) = value;
      }
      return values;
    };
    const Eigen::MatrixXf expected = to_dense(left).transpose() * to_dense(right);
    for (const std::size_t threads : {1U, 3U}) {
      SCOPED_TRACE(::testing::Message() << "seed " << seed << ", threads " << threads);
      matrix<float> sums(20, 33);
      add_cooccurrence(left, right, sums.view(), threads);
      const auto sparse = sparse_cooccurrence(left, right, threads);
      EXPECT_EQ(to_dense(sparse), expected);
      for (std::size_t i = 0; i < 20; ++i) {
        for (std::size_t j = 0; j < 33; ++j) EXPECT_EQ(sums.row(i)[j], expected(i, j));
      }
    }
  }
}

}  // namespace
}  // namespace freshet

#include "core/models/item2vec/item2vec.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "core/base/random.hpp"
#include "core/models/pairwise/negative_sampler.hpp"
#include "tests/support/small_sequences.hpp"

namespace freshet {
namespace {

using testing::data_of;
using testing::sessions;

item2vec_options small_options() {
  return {.vector_size = 8, .min_count = 1, .epochs = 20, .learning_rate = 0.05, .subsampling = 0};
}

item2vec_vectors train(const training_data& data, const item2vec_options& options,
                       const training_context& context = {}) {
  auto trained = train_item2vec(data, options, context);
  if (!trained) throw std::runtime_error(trained.failure().message);
  return std::move(trained).value();
}

float product(std::span<const float> a, std::span<const float> b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0F);
}

/// Users who stay with even items or with odd ones.
training_data two_groups(std::size_t users, std::uint32_t items, std::uint64_t seed, bool ordered = true) {
  random_source random(seed);
  std::vector<sessions> all;
  for (std::size_t u = 0; u < users; ++u) {
    sessions of_user(2);
    for (auto& basket : of_user) {
      for (int i = 0; i < 6; ++i) basket.push_back(static_cast<std::uint32_t>(random.below(items / 2) * 2 + u % 2));
    }
    all.push_back(of_user);
  }
  return data_of(all, items, ordered);
}

matrix<float> random_matrix(std::size_t rows, std::size_t columns, std::uint64_t seed) {
  random_source random(seed);
  matrix<float> values(rows, columns);
  for (float& value : values.values()) value = static_cast<float>(random.normal());
  return values;
}

TEST(item2vec, products_approach_the_shifted_pointwise_mutual_information) {
  // Levy, Goldberg 2014, eq. 12: with room enough, v_i . c_j = ln(#(i, j) / expected draws of j for i). A draw that
  // hits the pair's own j is left out, so j is drawn for i's other pairs only. Baskets of two among four items, each
  // combination its own number of times.
  const std::uint64_t seed = 3;
  SCOPED_TRACE(seed);
  double together[4][4] = {};
  std::vector<sessions> users;
  for (std::uint32_t i = 0; i < 4; ++i) {
    for (std::uint32_t j = i + 1; j < 4; ++j) {
      const std::size_t times = 100 * (i + 2 * j);
      together[i][j] = together[j][i] = static_cast<double>(times);
      for (std::size_t n = 0; n < times; ++n) users.push_back({{i, j}});
    }
  }
  auto options = small_options();
  options.negative_exponent = 1;
  options.negatives = 2;
  options.epochs = 150;
  const auto trained = train(data_of(users, 4), options, {.seed = seed});
  double count[4] = {}, total = 0;
  for (int i = 0; i < 4; ++i) count[i] = std::accumulate(together[i], together[i] + 4, 0.0);
  total = std::accumulate(count, count + 4, 0.0);
  for (std::size_t i = 0; i < 4; ++i) {
    for (std::size_t j = 0; j < 4; ++j) {
      if (i == j) continue;
      const double drawn = options.negatives * (count[i] - together[i][j]) * count[j] / total;
      const double expected = std::log(together[i][j] / drawn);
      EXPECT_NEAR(product(trained.input.row(i), trained.output.row(j)), expected, 0.15) << i << ", " << j;
    }
  }
}

TEST(item2vec, ranks_what_is_bought_together_above_what_is_not) {
  for (const bool ordered : {true, false}) {
    const auto trained = train(two_groups(300, 200, 4, ordered), small_options());
    const item2vec_model served(trained.input, trained.output, small_options());
    const auto query = served.fold_in({.strengths = {{item_row{0}, 1}, {item_row{2}, 1}}});
    double even = 0, odd = 0;
    for (std::uint32_t i = 4; i < 200; ++i) (i % 2 == 0 ? even : odd) += score_of(served.scores(), query, item_row{i});
    EXPECT_GT(even, odd + 98) << (ordered ? "ordered" : "sets");
  }
}

TEST(item2vec, lowers_the_loss) {
  const auto losses = train(two_groups(200, 60, 5), small_options()).loss;
  ASSERT_EQ(losses.size(), 20U);
  EXPECT_LT(losses.front(), std::log(2));
  EXPECT_LT(losses.back(), losses.front() * 0.9);
}

TEST(item2vec, gives_the_same_bytes_for_the_same_seed_on_any_number_of_threads) {
  auto options = small_options();
  options.epochs = 2;
  options.subsampling = 0.01;
  // Words enough for several blocks.
  const auto data = two_groups(400, 600, 6);
  const auto first = train(data, options, {.seed = 3, .threads = 1});
  const auto second = train(data, options, {.seed = 3, .threads = 4});
  EXPECT_EQ(first.input.values(), second.input.values());
  EXPECT_EQ(first.output.values(), second.output.values());
  EXPECT_EQ(first.loss, second.loss);
  EXPECT_NE(first.input.values(), train(data, options, {.seed = 4}).input.values());
}

TEST(item2vec, gives_rare_items_zero_rows_that_are_ranked_last) {
  auto data = two_groups(100, 20, 7);
  data.strengths.widen(22);
  const auto trained = train(data, small_options());
  for (const std::size_t item : {20U, 21U}) {
    for (const float value : trained.input.row(item)) EXPECT_EQ(value, 0);
  }
  const item2vec_model served(trained.input, trained.output, small_options());
  for (std::uint32_t from = 0; from < 20; ++from) {
    const auto query = served.fold_in({.strengths = {{item_row{from}, 1}}});
    const auto alike = served.similar_to(item_row{from});
    for (std::uint32_t item = 0; item < 20; ++item) {
      EXPECT_GT(score_of(served.scores(), query, item_row{item}), score_of(served.scores(), query, item_row{21}));
      EXPECT_GT(score_of(served.similarity_scores(), alike, item_row{item}),
                score_of(served.similarity_scores(), alike, item_row{21}));
    }
  }
}

TEST(item2vec, learns_from_little_and_from_nothing) {
  const auto rare = train(data_of({{{0, 1}}}, 2), {.vector_size = 4});
  EXPECT_EQ(rare.input.values(), std::vector<float>(8));
  EXPECT_EQ(rare.loss.back(), 0);
  EXPECT_EQ(train(data_of({}, 0), small_options()).input.rows(), 0U);
  const auto one_item = train(data_of({{{0, 0, 0}}}, 1), small_options());
  EXPECT_TRUE(std::isfinite(one_item.input.row(0)[0]));
  const auto pair = train(data_of({{{0, 1}}}, 2), small_options());
  EXPECT_GT(product(pair.input.row(0), pair.output.row(1)), 0);
}

TEST(item2vec, folds_in_the_mean_of_input_vectors_weighted_by_the_logarithm_of_strengths) {
  const auto input = random_matrix(6, 5, 8);
  const item2vec_model served(input, random_matrix(6, 5, 9), {});
  const auto factors =
      std::get<dense_query>(served.fold_in({.strengths = {{item_row{1}, 1}, {item_row{4}, 7}}})).factors;
  for (std::size_t k = 0; k < 5; ++k) {
    EXPECT_NEAR(factors[k], (input.row(1)[k] + 3 * input.row(4)[k]) / 4, 1e-5);
  }
  EXPECT_EQ(std::get<dense_query>(served.fold_in({})).factors, std::vector<float>(5));
}

TEST(item2vec, halves_the_weight_of_an_item_for_every_half_life_of_events_since) {
  const auto input = random_matrix(6, 5, 10);
  const item2vec_model served(input, random_matrix(6, 5, 11), {.recency_half_life = 2});
  user_interactions user{.strengths = {{item_row{0}, 1}, {item_row{1}, 1}, {item_row{3}, 1}}};
  user.sequence = {{item_row{3}, 0, 0}, {item_row{0}, 1, 0}, {item_row{3}, 2, 0}, {item_row{1}, 3, 0}};
  const auto factors = std::get<dense_query>(served.fold_in(user)).factors;
  const double weights[] = {0.5, 1, 0, std::sqrt(0.5)};
  const double sum = 1.5 + std::sqrt(0.5);
  for (std::size_t k = 0; k < 5; ++k) {
    double expected = 0;
    for (std::size_t i : {0U, 1U, 3U}) expected += weights[i] / sum * input.row(i)[k];
    EXPECT_NEAR(factors[k], expected, 1e-5);
  }
  user.sequence.clear();
  EXPECT_NEAR(std::get<dense_query>(served.fold_in(user)).factors[0],
              (input.row(0)[0] + input.row(1)[0] + input.row(3)[0]) / 3, 1e-5);
}

TEST(item2vec, old_events_without_a_strength_take_no_query_away) {
  const item2vec_model served(random_matrix(3, 5, 12), random_matrix(3, 5, 13), {.recency_half_life = 1});
  user_interactions user{.strengths = {{item_row{0}, 1}}, .sequence = {{item_row{0}, 0, 0}}};
  user.sequence.resize(3000, {item_row{2}, 1, 0});
  EXPECT_EQ(std::get<dense_query>(served.fold_in(user)).factors,
            std::get<dense_query>(served.fold_in({.strengths = user.strengths})).factors);
}

TEST(item2vec, explains_a_score_by_contributions_that_add_up_to_it) {
  auto input = random_matrix(9, 5, 14);
  std::fill(input.row(8).begin(), input.row(8).end(), 0.0F);
  const item2vec_model served(input, random_matrix(9, 5, 15), {.recency_half_life = 1.5});
  user_interactions user{.strengths = {{item_row{2}, 1}, {item_row{3}, 2}, {item_row{8}, 4}}};
  user.sequence = {{item_row{3}, 0, 0}, {item_row{8}, 1, 0}, {item_row{2}, 2, 0}};
  for (std::uint32_t item = 0; item < 8; ++item) {
    const auto contributions = served.explain(user, item_row{item});
    ASSERT_EQ(contributions.size(), 3U);
    EXPECT_EQ(contributions[2], (contribution{item_row{8}, 0}));
    EXPECT_NEAR(contributions[0].amount + contributions[1].amount,
                score_of(served.scores(), served.fold_in(user), item_row{item}), 1e-5);
  }
}

TEST(item2vec, ranks_similar_items_by_cosine_of_input_vectors) {
  const auto input = random_matrix(4, 5, 16);
  const item2vec_model served(input, random_matrix(4, 5, 17), {});
  const auto query = served.similar_to(item_row{1});
  for (std::uint32_t i = 0; i < 4; ++i) {
    const float expected = product(input.row(1), input.row(i)) /
                           std::sqrt(product(input.row(1), input.row(1)) * product(input.row(i), input.row(i)));
    EXPECT_NEAR(score_of(served.similarity_scores(), query, item_row{i}), expected, 1e-5);
  }
}

TEST(item2vec, returns_what_it_has_when_it_is_stopped) {
  const auto data = two_groups(100, 40, 18);
  trained_model snapshot;
  const auto stopped = train(data, small_options(), {.progress = [&](const auto& done) {
                               snapshot = done.snapshot();
                               return done.step < 3;
                             }});
  EXPECT_EQ(stopped.loss.size(), 3U);
  const auto& served = dynamic_cast<const item2vec_model&>(*snapshot.served);
  EXPECT_EQ(served.input_vectors().values(), stopped.input.values());
}

TEST(item2vec, names_the_remedy_when_the_loss_is_not_finite) {
  auto options = small_options();
  options.learning_rate = 10;
  const auto trained = train_item2vec(two_groups(100, 40, 19), options, {});
  ASSERT_FALSE(trained);
  EXPECT_NE(trained.failure().message.find("lower the learning_rate (now 10)"), std::string::npos);
}

TEST(item2vec, permuting_users_and_renaming_items_finds_the_same_groups) {
  const auto data = two_groups(200, 40, 20);
  training_data mirrored;
  for (std::size_t u = data.strengths.rows(); u-- > 0;) {
    auto row = data.strengths.taste_of(user_row(u));
    for (auto& each : row) each.item = item_row{39 - to_integer(each.item)};
    std::reverse(row.begin(), row.end());
    mirrored.strengths.add_row(row);
    for (auto event : data.sequences.of(user_row(u))) {
      event.item = item_row{39 - to_integer(event.item)};
      mirrored.sequences.events.push_back(event);
    }
    mirrored.sequences.offsets.push_back(mirrored.sequences.events.size());
  }
  mirrored.strengths.widen(40);
  const auto losses = train(data, small_options()).loss, mirrored_losses = train(mirrored, small_options()).loss;
  EXPECT_NEAR(losses.back(), mirrored_losses.back(), 0.03 * losses.back());
}

TEST(item2vec_parameters, read_back_what_they_were_written_from) {
  const item2vec_options options{.vector_size = 7,
                                 .window = 9,
                                 .min_count = 2,
                                 .negatives = 3,
                                 .negative_exponent = -0.5,
                                 .epochs = 4,
                                 .learning_rate = 0.1,
                                 .subsampling = 0,
                                 .context = sentence_kind::user,
                                 .recency_half_life = 2.5};
  const auto read = item2vec_options_from(to_parameters(options));
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, options);
}

TEST(item2vec_parameters, name_the_value_and_the_bounds) {
  const auto message = [](const parameters& given) { return item2vec_options_from(given).failure().message; };
  EXPECT_EQ(message({{"window", 0.0}}), "item2vec: window is 0; give a whole number from 1 to 1000");
  EXPECT_EQ(message({{"context", std::string("page")}}), "item2vec: context is \"page\"; give one of: session, user");
  EXPECT_EQ(message({{"size", 8.0}}).substr(0, 34), "item2vec: unknown parameter 'size'");
}

}  // namespace
}  // namespace freshet

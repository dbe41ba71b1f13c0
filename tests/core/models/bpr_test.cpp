#include "core/models/pairwise/bpr.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "core/linalg/kernels.hpp"
#include "tests/support/random_interactions.hpp"
#include "tests/support/reference_pairwise.hpp"

namespace freshet {
namespace {

using testing::random_interactions;

bpr_options small_options() {
  return {.factors = 8, .learning_rate = 0.05, .regularization = 0.01, .iterations = 5};
}

bpr_factors train(const interaction_matrix& interactions, const bpr_options& options,
                  const training_context& context = {}) {
  auto trained = train_bpr(interactions, options, context);
  if (!trained) throw std::runtime_error(trained.failure().message);
  return std::move(trained).value();
}

/// Users of two kinds, each drawn to its half of the items.
interaction_matrix two_tastes(std::size_t users, std::size_t items, std::uint64_t seed) {
  random_source random(seed);
  interaction_matrix interactions;
  for (std::size_t user = 0; user < users; ++user) {
    taste row;
    for (std::uint32_t item = 0; item < items; ++item) {
      const bool own = (item < items / 2) == (user % 2 == 0);
      if (random.uniform() < (own ? 0.2 : 0.01)) row.push_back({item_row{item}, 1});
    }
    interactions.add_row(row);
  }
  interactions.widen(items);
  return interactions;
}

/// Share of pairs of an own item and one of the other half that are in order.
double share_in_order(const bpr_factors& trained, std::span<const float> user, bool first_half) {
  const auto score = [&](std::size_t item) {
    return best_kernels().dot(user.data(), trained.items.row(item).data(), user.size()) + trained.item_bias[item];
  };
  const std::size_t half = trained.items.rows() / 2;
  double right = 0;
  for (std::size_t a = 0; a < half; ++a) {
    for (std::size_t b = half; b < 2 * half; ++b) right += (score(a) > score(b)) == first_half ? 1 : 0;
  }
  return right / static_cast<double>(half * half);
}

TEST(bpr, an_epoch_equals_the_reference_on_the_same_samples) {
  const auto interactions = random_interactions({.users = 60, .items = 200, .density = 0.1}, 1);
  for (const std::uint32_t candidates : {1U, 3U}) {
    const pairwise_options options{
        .factors = 10, .user_regularization = 0.02, .item_regularization = 0.02, .candidates = candidates};
    pairwise_training training(interactions, options, 7, 2);
    testing::reference_pairwise reference(training, options);
    pairwise_blocks blocks(interactions, {.width = 16, .candidates = candidates, .seed = 7}, 1);
    ASSERT_GT(blocks.blocks(), 1U);
    double expected = 0;
    const auto samples = testing::samples_of_epoch(blocks, 1);
    for (const auto& sample : samples) expected += reference.step(sample, 0.05);
    const double loss = training.run_epoch(1, 0.05);
    EXPECT_NEAR(loss, expected / static_cast<double>(samples.size()), 1e-5);
    for (std::size_t item = 0; item < 200; ++item) {
      for (std::size_t k = 0; k < 10; ++k) {
        ASSERT_NEAR(training.items().row(item)[k], reference.items[item].factors[k], 1e-4);
      }
    }
    for (std::size_t user = 0; user < 60; ++user) {
      for (std::size_t k = 0; k < 10; ++k) {
        ASSERT_NEAR(training.users().row(user)[k], reference.users[user].factors[k], 1e-4);
      }
    }
  }
}

TEST(bpr, gives_the_same_bytes_for_the_same_seed_on_any_number_of_threads) {
  const auto interactions = random_interactions({.users = 300, .items = 500, .density = 0.05}, 2);
  const auto first = train(interactions, small_options(), {.seed = 3, .threads = 1});
  const auto second = train(interactions, small_options(), {.seed = 3, .threads = 4});
  EXPECT_EQ(first.users.values(), second.users.values());
  EXPECT_EQ(first.items.values(), second.items.values());
  EXPECT_EQ(first.item_bias, second.item_bias);
  EXPECT_EQ(first.loss, second.loss);
  EXPECT_NE(first.items.values(), train(interactions, small_options(), {.seed = 4}).items.values());
}

TEST(bpr, learns_whose_items_are_whose_and_folds_new_users_in_as_well) {
  const auto interactions = two_tastes(200, 100, 3);
  auto options = small_options();
  options.factors = 3;
  options.iterations = 60;
  for (const std::uint32_t candidates : {1U, 4U}) {
    options.negative_candidates = candidates;
    const auto trained = train(interactions, options);
    EXPECT_LT(trained.loss.back(), trained.loss.front());
    const bpr_model served(trained.items, trained.item_bias, options);
    double of_trained = 0, of_folded = 0;
    for (std::uint32_t user = 0; user < 200; ++user) {
      of_trained += share_in_order(trained, trained.users.row(user), user % 2 == 0) / 200;
      const auto folded =
          std::get<dense_query>(served.fold_in({.strengths = interactions.taste_of(user_row{user})})).factors;
      of_folded += share_in_order(trained, folded, user % 2 == 0) / 200;
    }
    EXPECT_GT(of_trained, 0.95);
    EXPECT_GT(of_folded, of_trained - 0.02);
  }
}

TEST(bpr, the_order_of_users_and_items_makes_no_difference_but_luck) {
  const auto interactions = two_tastes(150, 200, 4);
  interaction_matrix mirrored;
  for (std::size_t user = interactions.rows(); user-- > 0;) {
    auto row = interactions.taste_of(user_row(user));
    for (auto& entry : row) entry.item = item_row{199 - to_integer(entry.item)};
    std::reverse(row.begin(), row.end());
    mirrored.add_row(row);
  }
  mirrored.widen(200);
  auto options = small_options();
  options.iterations = 20;
  const double expected = train(interactions, options).loss.back();
  EXPECT_NEAR(train(mirrored, options).loss.back(), expected, 0.1 * expected);
}

TEST(bpr, counts_that_there_is_a_strength_and_not_which) {
  interaction_matrix weak, strong;
  for (int user = 0; user < 5; ++user) {
    weak.add_row(taste{{item_row{0}, 1e-30F}, {item_row{2}, 1}});
    strong.add_row(taste{{item_row{0}, 3e38F}, {item_row{2}, 5}});
  }
  EXPECT_EQ(train(weak, small_options()).items.values(), train(strong, small_options()).items.values());
}

TEST(bpr, explains_a_score_by_what_the_user_did) {
  const auto interactions = two_tastes(400, 60, 5);
  auto options = small_options();
  options.factors = 2;
  options.iterations = 60;
  const auto trained = train(interactions, options);
  const bpr_model served(trained.items, trained.item_bias, options);
  const auto reasons = served.explain({.strengths = {{item_row{1}, 1}, {item_row{50}, 1}}}, item_row{2});
  ASSERT_EQ(reasons.size(), 2U);
  EXPECT_GT(reasons[0].amount, reasons[1].amount);
  const auto asked = served.fold_in({.strengths = {{item_row{1}, 1}, {item_row{50}, 1}}});
  EXPECT_NEAR(reasons[0].amount + reasons[1].amount + trained.item_bias[2],
              score_of(served.scores(), asked, item_row{2}), 1e-4);
}

TEST(bpr, finds_items_like_an_item_by_cosine) {
  matrix<float> items(3, 2);
  items.row(0)[0] = 1;
  items.row(1)[0] = 0.1F;
  items.row(2)[0] = items.row(2)[1] = 10;
  const bpr_model served(items, {5, 6, 7}, small_options());
  const auto against = served.similarity_scores();
  const auto asked = served.similar_to(item_row{0});
  EXPECT_FLOAT_EQ(score_of(against, asked, item_row{0}), 1);
  EXPECT_FLOAT_EQ(score_of(against, asked, item_row{1}), 1);
  EXPECT_NEAR(score_of(against, asked, item_row{2}), std::sqrt(0.5), 1e-6);
}

TEST(bpr, learns_from_one_user_and_one_item_and_from_nothing) {
  interaction_matrix one;
  one.add_row(taste{{item_row{0}, 1}});
  EXPECT_EQ(train(one, small_options()).loss.back(), 0);
  const auto nothing = train(interaction_matrix(), small_options());
  EXPECT_EQ(nothing.items.rows(), 0U);
  EXPECT_EQ(nothing.loss.size(), 5U);
}

TEST(bpr, an_item_nobody_touched_sinks_and_a_user_without_entries_has_zero_factors) {
  interaction_matrix interactions;
  for (int user = 0; user < 50; ++user) interactions.add_row(taste{{item_row{0}, 1}, {item_row{2}, 1}});
  interactions.add_row({});
  interactions.widen(4);
  const auto trained = train(interactions, small_options());
  EXPECT_LT(trained.item_bias[1], 0);
  EXPECT_GT(trained.item_bias[0], 0);
  for (const float value : trained.users.row(50)) EXPECT_EQ(value, 0);
}

TEST(bpr, names_the_remedy_when_the_loss_is_not_finite) {
  const auto interactions = random_interactions({.users = 100, .items = 100, .density = 0.3}, 6);
  auto options = small_options();
  options.learning_rate = 100;
  options.regularization = 100;
  options.iterations = 100;
  const auto trained = train_bpr(interactions, options, {});
  ASSERT_FALSE(trained);
  EXPECT_NE(trained.failure().message.find("lower the learning_rate (now 100)"), std::string::npos);
}

TEST(bpr, returns_what_it_has_when_it_is_stopped_and_shows_it_on_the_way) {
  const auto interactions = random_interactions({}, 7);
  std::vector<float> shown;
  const auto stopped = train(interactions, small_options(), {.progress = [&](const training_progress& done) {
                               const auto snapshot = done.snapshot();
                               const auto view = std::get<dense_scores>(snapshot.served->scores()).factors;
                               shown.assign(view.data(), view.data() + view.rows() * view.columns());
                               return done.step < 2;
                             }});
  EXPECT_EQ(stopped.loss.size(), 2U);
  EXPECT_EQ(stopped.items.values(), shown);
  auto shorter = small_options();
  shorter.iterations = 2;
  EXPECT_EQ(stopped.items.values(), train(interactions, shorter).items.values());
}

TEST(bpr_parameters, read_back_what_they_were_written_from_and_name_bounds) {
  const bpr_options options{.factors = 7, .learning_rate = 0.1, .iterations = 3, .negative_candidates = 4};
  EXPECT_EQ(*bpr_options_from(to_parameters(options)), options);
  EXPECT_EQ(bpr_options_from({{"negative_candidates", 0.0}}).failure().message,
            "bpr: negative_candidates is 0; give a whole number from 1 to 256");
  EXPECT_EQ(bpr_options_from({})->factors, 100U);
}

}  // namespace
}  // namespace freshet

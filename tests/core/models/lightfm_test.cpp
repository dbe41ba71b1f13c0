#include "core/models/pairwise/lightfm.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "core/models/pairwise/shared_features.hpp"
#include "tests/support/random_interactions.hpp"
#include "tests/support/reference_pairwise.hpp"

namespace freshet {
namespace {

constexpr pairwise_loss losses[] = {pairwise_loss::bpr, pairwise_loss::logistic, pairwise_loss::warp};

lightfm_options small_options(pairwise_loss loss = pairwise_loss::warp) {
  return {.no_components = 6, .loss = loss, .epochs = 5, .item_alpha = 0.001, .user_alpha = 0.001};
}

/// Users of two kinds, each drawn to its half of the items; feature h of the items is their half. The last items of
/// each half were never touched.
struct two_tastes {
  explicit two_tastes(std::uint64_t seed, std::size_t users = 150, std::uint32_t items = 200) {
    random_source random(seed);
    auto known = std::make_shared<item_features>();
    known->names = {"half:first", "half:second"};
    for (std::uint32_t item = 0; item < items; ++item) {
      known->values.add_row(taste{{item_row{item < items / 2 ? 0U : 1U}, 2}});
    }
    features = known;
    for (std::size_t user = 0; user < users; ++user) {
      taste row;
      for (std::uint32_t item = 0; item < items; ++item) {
        const bool own = (item < items / 2) == (user % 2 == 0);
        if (item % (items / 2) < items / 2 - 5 && random.uniform() < (own ? 0.15 : 0.01))
          row.push_back({item_row{item}, 1});
      }
      data.strengths.add_row(row);
    }
    data.strengths.widen(items);
  }
  training_data with_features() const {
    training_data with = data;
    with.features = features;
    return with;
  }
  training_data data;
  std::shared_ptr<const item_features> features;
};

trained_lightfm train(const training_data& data, const lightfm_options& options, const training_context& context = {}) {
  auto trained = train_lightfm(data, options, context);
  if (!trained) throw std::runtime_error(trained.failure().message);
  return std::move(trained).value();
}

/// How far the user prefers an item of the first half to one of the second, on average.
double preference(const lightfm_model& model, const query& user, std::uint32_t from, std::uint32_t to) {
  const auto half = static_cast<std::uint32_t>(model.items() / 2);
  double sum = 0;
  for (std::uint32_t item = from; item < to; ++item) {
    sum += score_of(model.scores(), user, item_row{item}) - score_of(model.scores(), user, item_row{item + half});
  }
  return sum / (to - from);
}

TEST(lightfm, an_epoch_without_features_equals_the_reference_on_the_same_samples) {
  const auto interactions = testing::random_interactions({.users = 60, .items = 200, .density = 0.1}, 1);
  for (const auto loss : losses) {
    auto options = small_options(loss);
    options.epochs = 1;
    const pairwise_options steps{.factors = 6,
                                 .loss = loss,
                                 .optimizer = pairwise_optimizer::adagrad,
                                 .user_regularization = 0.001,
                                 .item_regularization = 0.001,
                                 .candidates = candidates_of(options)};
    testing::reference_pairwise reference(pairwise_training(interactions, steps, 7, 1), steps);
    pairwise_blocks blocks(interactions, {.width = 16, .candidates = steps.candidates, .seed = 7}, 1);
    for (const auto& sample : testing::samples_of_epoch(blocks, 1)) reference.step(sample, options.learning_rate);
    training_data data;
    data.strengths = interactions;
    const auto trained = train(data, options, {.seed = 7});
    for (std::size_t item = 0; item < 200; ++item) {
      for (std::size_t k = 0; k < 6; ++k) {
        ASSERT_NEAR(trained.parameters.items.row(item)[k], reference.items[item].factors[k], 1e-4);
      }
      ASSERT_NEAR(trained.parameters.item_bias[item], reference.items[item].bias, 1e-4);
    }
    for (std::size_t user = 0; user < 60; ++user) {
      ASSERT_NEAR(trained.parameters.user_bias[user], reference.users[user].bias, 1e-4);
    }
  }
}

TEST(lightfm, gives_the_same_bytes_for_the_same_seed_on_any_number_of_threads) {
  const auto data = two_tastes(2).with_features();
  for (const auto loss : losses) {
    const auto first = train(data, small_options(loss), {.seed = 3, .threads = 1});
    const auto second = train(data, small_options(loss), {.seed = 3, .threads = 4});
    EXPECT_EQ(first.parameters.users.values(), second.parameters.users.values());
    EXPECT_EQ(first.parameters.items.values(), second.parameters.items.values());
    EXPECT_EQ(first.parameters.features->factors.values(), second.parameters.features->factors.values());
    EXPECT_EQ(first.loss, second.loss);
    EXPECT_NE(first.parameters.items.values(), train(data, small_options(loss), {.seed = 4}).parameters.items.values());
  }
}

TEST(lightfm, learns_whose_items_are_whose_under_every_loss_and_folds_new_users_in) {
  const two_tastes given(3);
  for (const bool with_features : {false, true}) {
    for (const auto loss : losses) {
      SCOPED_TRACE(::testing::Message() << with_features << " " << static_cast<int>(loss));
      auto options = small_options(loss);
      options.epochs = 30;
      auto trained = train(with_features ? given.with_features() : given.data, options);
      EXPECT_LT(trained.loss.back(), trained.loss.front());
      const auto users = trained.parameters.users;
      const lightfm_model served(std::move(trained.parameters), options);
      double of_trained = 0, of_folded = 0;
      for (std::uint32_t user = 0; user < 150; ++user) {
        const double sign = user % 2 == 0 ? 1 : -1;
        const auto row = users.row(user);
        of_trained += sign * preference(served, dense_query{{row.begin(), row.end()}}, 0, 95) / 150;
        const auto folded = served.fold_in({.strengths = given.data.strengths.taste_of(user_row{user})});
        of_folded += sign * preference(served, folded, 0, 95) / 150;
      }
      EXPECT_GT(of_trained, 0.5);
      EXPECT_GT(of_folded, 0.5);
    }
  }
}

TEST(lightfm, places_items_that_nobody_touched_by_their_features) {
  const two_tastes given(4);
  for (const auto loss : losses) {
    auto options = small_options(loss);
    options.epochs = 30;
    const lightfm_model served(train(given.with_features(), options).parameters, options);
    const auto user = served.fold_in({.strengths = given.data.strengths.taste_of(user_row{0})});
    // Items 95..99 and 195..199 have no events.
    EXPECT_GT(preference(served, user, 95, 100), 0.05) << static_cast<int>(loss);

    const auto& x = std::get<dense_query>(user).factors;
    const auto score = [&](std::uint32_t feature) {
      const auto place = served.represent(std::vector<weighted<item_row>>{{item_row{feature}, 3}});
      double sum = place.bias;
      for (std::size_t k = 0; k < x.size(); ++k) sum += x[k] * place.factors[k];
      return sum;
    };
    EXPECT_GT(score(0), score(1) + 0.2);
  }
}

TEST(lightfm, represents_an_item_by_the_mean_of_its_features) {
  auto features = std::make_shared<feature_embeddings>();
  features->names = {"a", "b"};
  features->factors = matrix<float>(2, 2);
  features->factors.row(0)[0] = 1;
  features->factors.row(1)[1] = 4;
  features->bias = {1, 5};
  lightfm_parameters learnt{.items = matrix<float>(1, 2), .item_bias = {0}, .features = features};
  const lightfm_model served(learnt, {});
  const auto both = served.represent(std::vector<weighted<item_row>>{{item_row{0}, 3}, {item_row{1}, 1}});
  EXPECT_EQ(both.factors, (std::vector<float>{0.75F, 1}));
  EXPECT_EQ(both.bias, 2);
  EXPECT_EQ(served.represent({}).factors, std::vector<float>(2));
  learnt.features = nullptr;
  EXPECT_EQ(lightfm_model(learnt, {}).represent({}).factors, std::vector<float>(2));
}

TEST(shared_features, move_by_the_gradients_of_their_items_and_move_them_along) {
  // Item 0 has feature 0, item 1 has both in equal parts, item 2 none.
  item_features features;
  features.names = {"a", "b"};
  features.values.add_row(taste{{item_row{0}, 5}});
  features.values.add_row(taste{{item_row{0}, 1}, {item_row{1}, 1}});
  interaction_matrix entries;
  entries.widen(3);
  const pairwise_options options{.factors = 1, .keep_gradients = true};
  pairwise_side items(3, 1, options);
  for (std::size_t item = 0; item < 3; ++item) items.gradients.data()[item * items.width] = 2;
  items.bias_gradients.data()[1] = 4;
  shared_features shared(features, entries, 1, {.learning_rate = 0.1, .regularization = 0, .steps_per_epoch = 1});
  shared.step(items, 2);
  const double a = 0.1 * 3 / std::sqrt(1 + 9.0), b = 0.1 * 1 / std::sqrt(1 + 1.0);
  EXPECT_NEAR(shared.embeddings()->factors.row(0)[0], a, 1e-6);
  EXPECT_NEAR(shared.embeddings()->factors.row(1)[0], b, 1e-6);
  EXPECT_NEAR(shared.embeddings()->bias[0], 0.1 * 2 / std::sqrt(1 + 4.0), 1e-6);
  EXPECT_NEAR(items.row(0)[0], a, 1e-6);
  EXPECT_NEAR(items.row(1)[0], (a + b) / 2, 1e-6);
  EXPECT_EQ(items.row(2)[0], 0);
  for (std::size_t item = 0; item < 3; ++item) EXPECT_EQ(items.gradients.data()[item * items.width], 0);
}

TEST(lightfm, explains_a_score_exactly) {
  const two_tastes given(5);
  for (const auto loss : losses) {
    const lightfm_model served(train(given.data, small_options(loss)).parameters, small_options(loss));
    const user_interactions user{.strengths = {{item_row{1}, 1}, {item_row{50}, 1}, {item_row{120}, 1}}};
    double sum = score_of(served.scores(), dense_query{std::vector<float>(6)}, item_row{7});
    for (const auto& each : served.explain(user, item_row{7})) sum += each.amount;
    EXPECT_NEAR(sum, score_of(served.scores(), served.fold_in(user), item_row{7}), 1e-4);
  }
}

TEST(lightfm, says_that_it_uses_features) {
  EXPECT_TRUE(lightfm_trainer().uses_features);
}

TEST(lightfm, learns_from_one_user_and_one_item_and_from_nothing) {
  for (const auto loss : losses) {
    training_data one;
    one.strengths.add_row(taste{{item_row{0}, 1}});
    one.features = std::make_shared<item_features>();
    EXPECT_EQ(train(one, small_options(loss)).loss.back(), 0);
    EXPECT_EQ(train(training_data(), small_options(loss)).parameters.items.rows(), 0U);
  }
}

// The sentence for a loss that is not finite guards what no options and no data were found to reach.
TEST(lightfm, stays_finite_under_options_at_their_bounds) {
  const two_tastes shop(31, 60, 60);
  for (const auto& data : {shop.data, shop.with_features()}) {
    for (const auto loss : losses) {
      for (const double alpha : {0.0, 100.0}) {
        auto options = small_options(loss);
        options.learning_rate = 100;
        options.item_alpha = options.user_alpha = alpha;
        const auto trained = train(data, options);
        EXPECT_TRUE(std::isfinite(trained.loss.back()));
        for (const float value : trained.parameters.items.values()) EXPECT_TRUE(std::isfinite(value));
      }
    }
  }
}

TEST(lightfm, returns_what_it_has_when_it_is_stopped_and_shows_it_on_the_way) {
  const auto data = two_tastes(7).with_features();
  std::vector<float> shown;
  const auto stopped = train(data, small_options(), {.progress = [&](const training_progress& done) {
                               const auto snapshot = done.snapshot();
                               const auto view = std::get<dense_scores>(snapshot.served->scores()).factors;
                               shown.assign(view.data(), view.data() + view.rows() * view.columns());
                               return done.step < 2;
                             }});
  EXPECT_EQ(stopped.loss.size(), 2U);
  EXPECT_EQ(stopped.parameters.items.values(), shown);
}

TEST(lightfm_parameters, read_back_what_they_were_written_from_and_name_bounds) {
  const lightfm_options options{.no_components = 7, .loss = pairwise_loss::logistic, .epochs = 3, .max_sampled = 4};
  EXPECT_EQ(*lightfm_options_from(to_parameters(options)), options);
  EXPECT_EQ(lightfm_options_from({{"loss", std::string("hinge")}}).failure().message,
            "lightfm: loss is \"hinge\"; give one of: bpr, logistic, warp");
}

}  // namespace
}  // namespace freshet

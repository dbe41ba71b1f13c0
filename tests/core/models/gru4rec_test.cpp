#include "core/models/gru4rec/gru4rec.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/models/gru4rec/gru4rec_batches.hpp"
#include "tests/support/reference_gru4rec.hpp"
#include "tests/support/small_sessions.hpp"

namespace freshet {
namespace {

using testing::random_sequences;
using testing::reference_gru4rec;
using testing::sequences_of;
using testing::user_of;

gru4rec_options small_options() {
  return {.hidden_size = 12, .batch_size = 8, .learning_rate = 0.01, .epochs = 3, .n_sample = 10};
}

gru4rec_trained train(const event_sequences& data, std::size_t items, const gru4rec_options& options,
                      const training_context& context = {}) {
  auto trained = train_gru4rec(data, items, options, context);
  if (!trained) throw std::runtime_error(trained.failure().message);
  return std::move(trained).value();
}

std::vector<float> state_of(const gru4rec_model& model, const user_interactions& user) {
  return std::get<dense_query>(model.fold_in(user)).factors;
}

std::uint32_t best_item(const gru4rec_model& model, const user_interactions& user) {
  std::uint32_t best = 0;
  const auto query = model.fold_in(user);
  const auto scores = model.scores();
  for (std::uint32_t item = 1; item < model.items(); ++item) {
    if (score_of(scores, query, item_row{item}) > score_of(scores, query, item_row{best})) best = item;
  }
  return best;
}

TEST(gru4rec, fold_in_equals_a_step_by_step_reference) {
  for (const std::uint32_t layers : {1U, 2U}) {
    auto options = small_options();
    options.layers = layers;
    options.hidden_size = 19;
    options.shared_embedding = layers == 1;
    options.embedding_size = layers == 1 ? 0 : 7;
    const auto weights = initial_gru4rec_weights(30, options, 4);
    const gru4rec_model model(weights, options);
    const reference_gru4rec reference(weights);
    auto states = reference.start();
    std::vector<std::uint32_t> session;
    for (const std::uint32_t item : {3U, 29U, 0U, 3U, 3U, 17U}) {
      session.push_back(item);
      const auto& expected = reference.after(item, states);
      const auto state = state_of(model, user_of(session));
      ASSERT_EQ(state.size(), expected.size());
      for (std::size_t k = 0; k < state.size(); ++k) EXPECT_NEAR(state[k], expected[k], 1e-5);
    }
  }
}

TEST(gru4rec, knows_nothing_of_a_user_without_events_and_ranks_by_the_bias) {
  const gru4rec_model model(initial_gru4rec_weights(5, small_options(), 4), small_options());
  EXPECT_EQ(state_of(model, {}), std::vector<float>(12));
  EXPECT_EQ(score_of(model.scores(), model.fold_in({}), item_row{3}), model.weights().output_bias[3]);
}

TEST(gru4rec, scores_cosines_where_lengths_are_fixed) {
  auto options = small_options();
  options.score_scale = 4;
  const auto trained = train(random_sequences(30, 20, 8), 20, options);
  const gru4rec_model model(trained.weights, options);
  const auto length_of = [](std::span<const float> vector) {
    double squares = 0;
    for (const float value : vector) squares += double{value} * value;
    return std::sqrt(squares);
  };
  EXPECT_NEAR(length_of(state_of(model, user_of({1, 2}))), 4, 1e-5);
  EXPECT_EQ(length_of(state_of(model, {})), 0);
  for (std::size_t item = 0; item < 20; ++item) EXPECT_NEAR(length_of(trained.weights.output.row(item)), 1, 1e-5);
}

TEST(gru4rec, looks_at_the_current_session_only_unless_told_otherwise) {
  auto options = small_options();
  const auto weights = initial_gru4rec_weights(9, options, 4);
  auto two_sessions = user_of({1, 2, 3, 4});
  two_sessions.sequence[2].session = two_sessions.sequence[3].session = 1;
  const gru4rec_model by_session(weights, options);
  EXPECT_EQ(state_of(by_session, two_sessions), state_of(by_session, user_of({3, 4})));
  options.sequences = gru4rec_sequences::user;
  const gru4rec_model by_user(weights, options);
  EXPECT_EQ(state_of(by_user, two_sessions), state_of(by_session, user_of({1, 2, 3, 4})));
}

TEST(gru4rec, looks_at_the_last_events_of_a_long_session) {
  const gru4rec_model model(initial_gru4rec_weights(9, small_options(), 4), small_options());
  std::vector<std::uint32_t> session(3 * gru4rec_events_max);
  for (std::size_t i = 0; i < session.size(); ++i) session[i] = static_cast<std::uint32_t>(i * i % 9);
  const std::vector<std::uint32_t> last(session.end() - gru4rec_events_max, session.end());
  EXPECT_EQ(state_of(model, user_of(session)), state_of(model, user_of(last)));
}

TEST(gru4rec, learns_a_sequence_by_heart_with_every_loss_and_optimizer) {
  // What follows 0 depends on what came before it.
  const std::vector<std::vector<std::uint32_t>> sessions{{1, 0, 2, 3}, {4, 0, 5, 6}, {7, 8, 9, 7}};
  std::vector<std::vector<std::uint32_t>> repeated;
  for (int i = 0; i < 3; ++i) repeated.insert(repeated.end(), sessions.begin(), sessions.end());
  const auto data = sequences_of(repeated);
  for (const auto loss : {gru4rec_loss::cross_entropy, gru4rec_loss::bpr_max}) {
    for (const auto optimizer : {gru4rec_update::adam, gru4rec_update::adagrad}) {
      for (const std::uint32_t n_sample : {0U, 5U}) {
        gru4rec_options options{.hidden_size = 24,
                                .dropout = 0,
                                .embedding_dropout = 0,
                                .batch_size = 3,
                                .unroll_steps = 3,
                                .learning_rate = optimizer == gru4rec_update::adam ? 0.02 : 0.2,
                                .epochs = 100,
                                .optimizer = optimizer,
                                .loss = loss,
                                .bpr_max_regularization = 0.01,
                                .n_sample = n_sample};
        const auto trained = train(data, 10, options);
        const gru4rec_model model(trained.weights, options);
        for (const auto& session : sessions) {
          for (std::size_t i = 1; i < session.size(); ++i) {
            const std::vector<std::uint32_t> prefix(session.begin(), session.begin() + static_cast<std::ptrdiff_t>(i));
            EXPECT_EQ(best_item(model, user_of(prefix)), session[i]) << to_string(to_parameters(options).at("loss"));
          }
        }
        EXPECT_LT(trained.loss.back(), trained.loss.front() / 4);
      }
    }
  }
}

TEST(gru4rec, a_lane_of_its_own_learns_like_one_session_after_the_other) {
  // With one lane and batches of one step the order of updates is that of the events.
  auto options = small_options();
  options.batch_size = 1;
  options.n_sample = 0;
  options.dropout = options.embedding_dropout = 0;
  options.epochs = 1;
  const std::vector<std::vector<std::uint32_t>> sessions{{0, 1, 2}, {3, 4}, {5, 1, 0}};
  const auto together = train(sequences_of(sessions), 6, options);
  // A session of one event has nothing to predict and leaves no trace.
  const auto with_single = train(sequences_of({{0, 1, 2}, {4}, {3, 4}, {5, 1, 0}, {2}}), 6, options);
  EXPECT_EQ(together.weights.output.values(), with_single.weights.output.values());
  EXPECT_EQ(together.loss, with_single.loss);
}

TEST(gru4rec, gives_the_same_bytes_for_the_same_seed_and_any_number_of_threads) {
  const auto data = random_sequences(60, 40, 8);
  auto options = small_options();
  options.unroll_steps = 2;
  const auto first = train(data, 40, options, {.seed = 5, .threads = 1});
  const auto second = train(data, 40, options, {.seed = 5, .threads = 3});
  const auto other = train(data, 40, options, {.seed = 6, .threads = 1});
  EXPECT_EQ(first.weights.output.values(), second.weights.output.values());
  EXPECT_EQ(first.weights.layers[0].recurrent.values(), second.weights.layers[0].recurrent.values());
  EXPECT_EQ(first.loss, second.loss);
  EXPECT_NE(first.weights.output.values(), other.weights.output.values());
}

TEST(gru4rec, does_not_care_in_which_order_users_stand) {
  auto options = small_options();
  const auto data = random_sequences(30, 20, 8);
  event_sequences reversed;
  for (std::uint32_t user = 30; user-- > 0;) {
    const auto events = data.of(user_row{user});
    reversed.events.insert(reversed.events.end(), events.begin(), events.end());
    reversed.offsets.push_back(reversed.events.size());
  }
  EXPECT_EQ(train(data, 20, options).weights.output.values(), train(reversed, 20, options).weights.output.values());
}

TEST(gru4rec, answers_for_degenerate_data_or_says_why_not) {
  const auto options = small_options();
  EXPECT_EQ(train({}, 0, options).weights.output.rows(), 0U);
  EXPECT_EQ(train({}, 3, options).loss, std::vector<double>(3));
  EXPECT_NE(train_gru4rec(sequences_of({{0}, {1}}), 2, options, {}).failure().message.find("two events"),
            std::string::npos);
  for (const auto loss : {gru4rec_loss::cross_entropy, gru4rec_loss::bpr_max}) {
    for (const std::uint32_t n_sample : {0U, 10U}) {
      auto each = options;
      each.loss = loss;
      each.n_sample = n_sample;
      const auto one_item = train(sequences_of({{0, 0, 0}}), 1, each);
      EXPECT_TRUE(std::isfinite(one_item.loss.back()));
      const auto untouched = train(sequences_of({{0, 1}, {1, 0}}), 50, each);
      for (const float value : untouched.weights.output.values()) EXPECT_TRUE(std::isfinite(value));
    }
  }
}

// The sentence for a loss that is not finite guards what no options and no data were found to reach.
TEST(gru4rec, stays_finite_under_options_at_their_bounds) {
  const auto data = random_sequences(60, 40, 9);
  for (const auto loss : {gru4rec_loss::cross_entropy, gru4rec_loss::bpr_max}) {
    for (const auto optimizer : {gru4rec_update::adam, gru4rec_update::adagrad}) {
      for (const double score_scale : {0.0, 1000.0}) {
        auto options = small_options();
        options.loss = loss;
        options.optimizer = optimizer;
        options.score_scale = score_scale;
        options.learning_rate = 10;
        options.momentum = 0.99;
        options.bpr_max_regularization = 1000;
        options.layers = 2;
        options.batch_size = 2;
        options.n_sample = 0;
        const auto trained = train(data, 40, options);
        EXPECT_TRUE(std::isfinite(trained.loss.back()));
        for (const float value : trained.weights.output.values()) EXPECT_TRUE(std::isfinite(value));
      }
    }
  }
}

TEST(gru4rec, stops_when_told_and_keeps_what_it_has) {
  std::vector<float> reached;
  training_context context;
  context.progress = [&](const training_progress& progress) {
    const auto model = progress.snapshot().served;
    reached = dynamic_cast<const gru4rec_model&>(*model).weights().output.values();
    return progress.step < 2;
  };
  const auto trained = train(random_sequences(30, 20, 8), 20, small_options(), context);
  EXPECT_EQ(trained.loss.size(), 2U);
  EXPECT_EQ(trained.weights.output.values(), reached);
}

TEST(gru4rec, is_alike_by_the_cosine_of_output_rows) {
  const gru4rec_model model(initial_gru4rec_weights(9, small_options(), 4), small_options());
  const auto query = model.similar_to(item_row{4});
  EXPECT_NEAR(score_of(model.similarity_scores(), query, item_row{4}), 1, 1e-6);
  EXPECT_LT(score_of(model.similarity_scores(), query, item_row{5}), 1);
}

TEST(gru4rec, explains_a_score_by_what_it_would_lose) {
  const gru4rec_model model(initial_gru4rec_weights(9, small_options(), 4), small_options());
  auto user = user_of({2, 5});
  user.strengths = {{item_row{2}, 1}, {item_row{5}, 1}};
  const auto reasons = model.explain(user, item_row{7});
  ASSERT_EQ(reasons.size(), 2U);
  const float all = score_of(model.scores(), model.fold_in(user), item_row{7});
  const float without = score_of(model.scores(), model.fold_in(user_of({2})), item_row{7});
  EXPECT_EQ(reasons[1], (contribution{item_row{5}, all - without}));
}

TEST(gru4rec, refuses_parameters_by_name) {
  const auto refused = [](const parameters& given) { return gru4rec_options_from(given).failure().message; };
  EXPECT_EQ(refused({{"hidden_size", 0.0}}), "gru4rec: hidden_size is 0; give a whole number from 1 to 1024");
  EXPECT_NE(refused({{"loss", std::string("mse")}}).find("one of: cross_entropy, bpr_max"), std::string::npos);
  EXPECT_NE(refused({{"embedding_size", 7.0}}).find("shared_embedding"), std::string::npos);
  EXPECT_NE(refused({{"colour", 7.0}}).find("unknown parameter 'colour'"), std::string::npos);
  const gru4rec_options options{.hidden_size = 7, .shared_embedding = false, .loss = gru4rec_loss::bpr_max};
  EXPECT_EQ(*gru4rec_options_from(to_parameters(options)), options);
}

TEST(gru4rec, batches_hold_every_prediction_once_and_reset_where_a_session_begins) {
  const auto data = random_sequences(50, 20, 9);
  const auto sessions = sessions_of(data, gru4rec_sequences::session);
  for (const std::size_t lanes : {1U, 3U, 64U}) {
    for (const std::size_t steps : {1U, 4U}) {
      session_batches batches(sessions, {lanes, steps});
      session_batch batch;
      std::vector<std::vector<std::uint32_t>> current(lanes), finished;
      while (batches.next(batch)) {
        std::vector<std::vector<std::uint32_t>> kept;
        for (const auto lane : batch.kept) kept.push_back(current[lane]);
        for (auto& each : current) {
          if (std::find(kept.begin(), kept.end(), each) == kept.end() && !each.empty()) finished.push_back(each);
        }
        current = kept;
        for (std::size_t row = 0; row < batch.rows(); ++row) {
          if (batch.active[row] == 0) continue;
          auto& lane = current[row % batch.lanes];
          if (batch.begins[row] != 0) {
            if (!lane.empty()) finished.push_back(lane);
            lane = {batch.inputs[row]};
          }
          ASSERT_EQ(lane.back(), batch.inputs[row]);
          lane.push_back(batch.targets[row]);
        }
      }
      for (const auto& each : current) finished.push_back(each);
      std::size_t events = 0, expected = 0;
      for (const auto& each : finished) events += each.size();
      for (const auto& each : sessions) expected += each.size();
      EXPECT_EQ(events, expected) << lanes << " lanes, " << steps << " steps";
    }
  }
}

}  // namespace
}  // namespace freshet

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "core/models/gru4rec/gru4rec_step.hpp"
#include "tests/support/reference_gru4rec.hpp"
#include "tests/support/small_sessions.hpp"

namespace freshet {
namespace {

using testing::mean_loss;
using testing::random_sequences;
using testing::reference_candidates;
using testing::reference_gru4rec;

constexpr std::size_t items = 17;

struct variant {
  std::string name;
  gru4rec_options options;
};

gru4rec_options tiny() {
  return {.hidden_size = 5, .dropout = 0, .embedding_dropout = 0, .batch_size = 4, .n_sample = 0};
}

std::vector<variant> variants() {
  std::vector<variant> all;
  for (const auto loss : {gru4rec_loss::cross_entropy, gru4rec_loss::bpr_max}) {
    for (const std::uint32_t n_sample : {0U, 6U}) {
      auto shared = tiny();
      shared.loss = loss;
      shared.n_sample = n_sample;
      const std::string name = std::string(loss == gru4rec_loss::bpr_max ? "bpr_max" : "cross_entropy") +
                               (n_sample == 0 ? " of all" : " of a sample");
      all.push_back({name, shared});
      shared.unroll_steps = 6;
      all.push_back({name + ", unrolled", shared});
      shared.score_scale = 3;
      all.push_back({name + ", cosine", shared});
      shared.score_scale = 0;
      shared.layers = 2;
      shared.hidden_size = 7;
      all.push_back({name + ", two layers", shared});
      shared.shared_embedding = false;
      shared.embedding_size = 3;
      all.push_back({name + ", two layers, own embedding", shared});
    }
  }
  return all;
}

/// Weights of a size at which the gates are neither off nor saturated.
gru4rec_weights random_weights(const gru4rec_options& options, random_source& random) {
  auto weights = initial_gru4rec_weights(items, options, 1);
  const auto fill = [&](std::vector<float>& values) {
    for (float& value : values) value = static_cast<float>(0.6 * random.normal());
  };
  fill(weights.embedding.values());
  fill(weights.output.values());
  fill(weights.output_bias);
  for (auto& layer : weights.layers) {
    fill(layer.input.values());
    fill(layer.recurrent.values());
    fill(layer.bias);
  }
  return weights;
}

/// Compares gradients with central differences of a loss.
class difference_check {
 public:
  explicit difference_check(std::function<double()> loss) : loss_(std::move(loss)) {}

  void expect(double& value, double gradient, const std::string& what) {
    constexpr double step = 1e-5;
    const double before = value;
    value = before + step;
    const double above = loss_();
    value = before - step;
    const double below = loss_();
    value = before;
    const double expected = (above - below) / (2 * step);
    EXPECT_NEAR(gradient, expected, 2e-5 + 2e-4 * std::abs(expected)) << what;
  }

  void expect_all(testing::numbers& values, std::span<const float> gradients, const std::string& what) {
    ASSERT_EQ(values.size(), gradients.size()) << what;
    for (std::size_t i = 0; i < values.size(); ++i) expect(values[i], gradients[i], what + " " + std::to_string(i));
  }

 private:
  std::function<double()> loss_;
};

/// Gradient of each item's row, 0 for those that were not touched.
std::vector<float> by_item(const touched_rows& rows, std::size_t columns) {
  std::vector<float> all(items * columns);
  for (std::size_t slot = 0; slot < rows.size(); ++slot) {
    std::copy_n(rows.gradient(slot), columns, all.begin() + static_cast<std::ptrdiff_t>(rows.items()[slot] * columns));
  }
  return all;
}

TEST(gru4rec, gradients_of_every_parameter_are_those_of_the_loss) {
  for (const auto& [name, options] : variants()) {
    for (const std::uint64_t seed : {1U, 2U}) {
      SCOPED_TRACE(name + ", seed " + std::to_string(seed));
      random_source random(seed);
      const auto weights = random_weights(options, random);
      const auto data = random_sequences(12, items, seed);
      const auto sessions = sessions_of(data, options.sequences);
      session_batch batch;
      ASSERT_TRUE(session_batches(sessions, {options.batch_size, options.unroll_steps}).next(batch));

      gru4rec_parameters learned(weights);
      gru4rec_step step(learned, options, 2);
      std::vector<std::uint64_t> counts(items);
      for (std::size_t i = 0; i < items; ++i) counts[i] = 1 + i;
      const candidate_sampler sampler(counts, batch.rows(), options);
      const double loss = step.run(learned, sampler, batch, random);

      const auto drawn = step.output.items().first(step.candidates);
      const reference_candidates candidates{{drawn.begin(), drawn.end()},
                                            {sampler.corrections().begin(), sampler.corrections().end()}};
      reference_gru4rec reference(weights);
      const auto active = static_cast<double>(std::count(batch.active.begin(), batch.active.end(), 1));
      EXPECT_NEAR(loss / active, mean_loss(reference, batch, candidates, options), 1e-5);

      difference_check check([&] { return mean_loss(reference, batch, candidates, options); });
      for (std::size_t l = 0; l < weights.layers.size(); ++l) {
        const auto gradient = step.layers[l].without_padding();
        const std::string layer = "of layer " + std::to_string(l);
        check.expect_all(reference.layers[l].input, gradient.input.values(), "Wx " + layer);
        check.expect_all(reference.layers[l].recurrent, gradient.recurrent.values(), "Wh " + layer);
        check.expect_all(reference.layers[l].bias, gradient.bias, "b " + layer);
      }
      check.expect_all(reference.output, by_item(step.output, options.hidden_size), "Wy");
      if (!options.shared_embedding) {
        check.expect_all(reference.embedding, by_item(step.embedding, options.inputs()), "E");
      }
      for (std::size_t slot = 0; slot < step.candidates; ++slot) {
        check.expect(reference.bias[drawn[slot]], step.bias.data()[slot], "by " + std::to_string(drawn[slot]));
      }
    }
  }
}

TEST(gru4rec, gradients_do_not_depend_on_the_number_of_threads) {
  auto options = tiny();
  options.batch_size = 64;
  constexpr std::size_t catalogue = 2000;
  const auto weights = initial_gru4rec_weights(catalogue, options, 3);
  const auto data = random_sequences(200, catalogue, 3);
  const auto sessions = sessions_of(data, options.sequences);
  session_batch batch;
  ASSERT_TRUE(session_batches(sessions, {options.batch_size, options.unroll_steps}).next(batch));
  const candidate_sampler sampler(std::vector<std::uint64_t>(catalogue, 1), batch.rows(), options);
  std::vector<std::vector<float>> seen;
  for (const std::size_t threads : {1U, 2U, 5U}) {
    gru4rec_parameters learned(weights);
    gru4rec_step step(learned, options, threads);
    random_source random(5);
    step.run(learned, sampler, batch, random);
    seen.push_back(step.layers.front().without_padding().input.values());
    seen.back().insert(seen.back().end(), step.output.gradient(0), step.output.gradient(catalogue - 1));
  }
  EXPECT_EQ(seen[0], seen[1]);
  EXPECT_EQ(seen[0], seen[2]);
}

}  // namespace
}  // namespace freshet

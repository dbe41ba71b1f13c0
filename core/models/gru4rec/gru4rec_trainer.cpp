#include <algorithm>
#include <cmath>

#include "core/base/hash.hpp"
#include "core/models/gru4rec/gru4rec.hpp"
#include "core/models/gru4rec/gru4rec_length.hpp"
#include "core/models/gru4rec/gru4rec_optimizer.hpp"
#include "core/models/gru4rec/gru4rec_step.hpp"
#include "core/models/parallel.hpp"

namespace freshet {
namespace {

/// Uniform within the bound of Glorot and Bengio 2010 for a matrix of this shape.
void fill_uniform(random_source& random, std::size_t rows, std::size_t columns, std::span<float> values) {
  const double bound = std::sqrt(6.0 / static_cast<double>(rows + columns));
  for (float& value : values) value = static_cast<float>(bound * (2 * random.uniform() - 1));
}

/// The parameters with what the optimizer remembers of them.
class learner {
 public:
  learner(const gru4rec_weights& start, const gru4rec_options& options, std::size_t threads)
      : cosine_(options.score_scale > 0),
        parameters_(start),
        step_(parameters_, options, threads),
        optimizer_(options, threads),
        output_(optimizer_.remember(parameters_.items() * parameters_.width())),
        bias_(optimizer_.remember(parameters_.items())),
        embedding_(
            optimizer_.remember(parameters_.shared_embedding() ? 0 : parameters_.items() * parameters_.input_width())) {
    for (const auto& layer : parameters_.network.layers()) layers_.push_back(optimizer_.remember(layer.size()));
  }

  /// Sum of the losses before the update.
  double learn(const candidate_sampler& sampler, const session_batch& batch, random_source& random,
               double learning_rate) {
    const double loss = step_.run(parameters_, sampler, batch, random);
    optimizer_.begin_step(learning_rate);
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      optimizer_.update(layers_[l], parameters_.network.layers()[l].data(), step_.layers[l].data(),
                        step_.layers[l].size());
    }
    optimizer_.update_rows(output_, parameters_.output.data(), step_.output,
                           {parameters_.width(), cosine_ ? 1.0F : 0.0F});
    optimizer_.update_values(bias_, parameters_.bias.data(), step_.output, step_.candidates, step_.bias.data());
    if (!parameters_.shared_embedding()) {
      optimizer_.update_rows(embedding_, parameters_.embedding(), step_.embedding, {parameters_.input_width()});
    }
    return loss;
  }

  gru4rec_weights weights() const { return parameters_.without_padding(); }

 private:
  bool cosine_;
  gru4rec_parameters parameters_;
  gru4rec_step step_;
  gru4rec_optimizer optimizer_;
  gru4rec_optimizer::memory output_;
  gru4rec_optimizer::memory bias_;
  gru4rec_optimizer::memory embedding_;
  std::vector<gru4rec_optimizer::memory> layers_;
};

error diverged(std::uint32_t epoch, const gru4rec_options& options) {
  return {error_code::invalid_argument, "gru4rec: the loss is not a finite number in epoch " + std::to_string(epoch) +
                                            "; lower the learning_rate (now " +
                                            to_string(parameter(options.learning_rate)) + ") or the momentum (now " +
                                            to_string(parameter(options.momentum)) + ")"};
}

error nothing_to_predict() {
  return {error_code::invalid_argument,
          "gru4rec: no session has two events, so there is nothing to predict; give it sessions of more events, or set "
          "sequences to user"};
}

std::vector<std::uint64_t> target_counts(std::span<const session_items> sessions, std::size_t items) {
  std::vector<std::uint64_t> counts(items);
  for (const auto& session : sessions) {
    for (const auto& event : session.subspan(1)) {
      FRESHET_CHECK(to_integer(event.item) < items, "events of items of the catalogue");
      ++counts[to_integer(event.item)];
    }
  }
  return counts;
}

}  // namespace

gru4rec_weights initial_gru4rec_weights(std::size_t items, const gru4rec_options& options, std::uint64_t seed) {
  random_source random(seed);
  gru4rec_weights weights;
  const std::size_t hidden = options.hidden_size;
  std::size_t inputs = options.inputs();
  for (std::uint32_t l = 0; l < options.layers; ++l, inputs = hidden) {
    auto& layer = weights.layers.emplace_back(gru4rec_layer{
        matrix<float>(inputs, 3 * hidden), matrix<float>(hidden, 3 * hidden), std::vector<float>(3 * hidden)});
    fill_uniform(random, inputs, hidden, layer.input.values());
    fill_uniform(random, hidden, hidden, layer.recurrent.values());
  }
  weights.output = matrix<float>(items, hidden);
  weights.output_bias.resize(items);
  fill_uniform(random, items, hidden, weights.output.values());
  if (options.score_scale > 0) {
    for (std::size_t item = 0; item < items; ++item) set_length(weights.output.row(item), 1);
  }
  if (options.shared_embedding) return weights;
  weights.embedding = matrix<float>(items, options.inputs());
  fill_uniform(random, items, options.inputs(), weights.embedding.values());
  return weights;
}

std::uint64_t gru4rec_memory_bytes(const data_size& size, const gru4rec_options& options) {
  const std::uint64_t width = padded_width(options.hidden_size);
  const std::uint64_t input_width = padded_width(options.inputs());
  const std::uint64_t rows = std::uint64_t{options.batch_size} * options.unroll_steps;
  const std::uint64_t candidates =
      options.n_sample == 0 ? size.items : std::min<std::uint64_t>(size.items, rows + options.n_sample);
  const std::uint64_t moments = options.optimizer == gru4rec_update::adam || options.momentum > 0 ? 2 : 1;
  // Padded and plain, what the optimizer remembers, and the directions of the model that is served.
  const std::uint64_t copies = 4 + moments;
  const std::uint64_t rows_of_items = (width + 1) + (options.shared_embedding ? 0 : input_width);
  const std::uint64_t layer = (input_width + (2 * options.layers - 1) * width + options.layers) * 3 * width;
  const std::uint64_t scores = candidates * (padded_width(rows) * (options.loss == gru4rec_loss::bpr_max ? 2 : 1));
  const std::uint64_t gathered = (2 * candidates + rows) * width;
  const std::uint64_t states = rows * (options.layers * 18 + 12) * std::max(width, input_width);
  const std::uint64_t floats =
      copies * (size.items * rows_of_items + layer) + scores + gathered + states + 5 * size.items;
  const std::uint64_t events = size.entries * (sizeof(dated_item) + 2 * sizeof(float));
  return floats * sizeof(float) + events + size.users * 3 * sizeof(std::uint64_t);
}

result<gru4rec_trained> train_gru4rec(const event_sequences& sequences, std::size_t items,
                                      const gru4rec_options& options, const training_context& context) {
  FRESHET_TRY(validate(options));
  const auto sessions = sessions_of(sequences, options.sequences);
  if (sessions.empty() && !sequences.events.empty()) return nothing_to_predict();
  const auto counts = target_counts(sessions, items);
  const candidate_sampler sampler(counts, std::size_t{options.batch_size} * options.unroll_steps, options);
  learner learning(initial_gru4rec_weights(items, options, context.seed), options, thread_count(context.threads));

  std::uint64_t predictions = 0;
  for (const auto& session : sessions) predictions += session.size() - 1;
  std::vector<double> losses;
  session_batch batch;
  for (std::uint32_t epoch = 1; epoch <= options.epochs; ++epoch) {
    random_source random(hash_combine(context.seed, epoch));
    session_batches batches(sessions, {options.batch_size, options.unroll_steps});
    double sum = 0;
    std::uint64_t done = 0;
    while (batches.next(batch)) {
      const double progress = (epoch - 1 + static_cast<double>(done) / static_cast<double>(predictions)) /
                              static_cast<double>(options.epochs);
      const double rate = options.learning_rate * (1 + (options.final_learning_rate - 1) * progress);
      sum += learning.learn(sampler, batch, random, rate);
      if (!std::isfinite(sum)) return diverged(epoch, options);
      done += static_cast<std::uint64_t>(std::count(batch.active.begin(), batch.active.end(), 1));
    }
    losses.push_back(sum / static_cast<double>(std::max<std::uint64_t>(predictions, 1)));
    const auto snapshot = [&] {
      return trained_model{std::make_shared<gru4rec_model>(learning.weights(), options), {}, losses};
    };
    if (context.progress && !context.progress({epoch, options.epochs, losses.back(), snapshot})) break;
  }
  return gru4rec_trained{learning.weights(), std::move(losses)};
}

}  // namespace freshet

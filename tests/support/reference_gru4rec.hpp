// What: the recurrent network written plainly in double precision: states, scores and the loss of a minibatch.
#pragma once

#include <cmath>
#include <vector>

#include "core/models/gru4rec/gru4rec.hpp"
#include "core/models/gru4rec/gru4rec_batches.hpp"

namespace freshet::testing {

using numbers = std::vector<double>;

struct reference_layer {
  std::size_t inputs{}, units{};
  numbers input, recurrent, bias;

  explicit reference_layer(const gru4rec_layer& from)
      : inputs(from.input.rows()),
        units(from.recurrent.rows()),
        input(from.input.values().begin(), from.input.values().end()),
        recurrent(from.recurrent.values().begin(), from.recurrent.values().end()),
        bias(from.bias.begin(), from.bias.end()) {}

  numbers step(const numbers& x, const numbers& h) const {
    const auto sigmoid = [](double a) { return 1 / (1 + std::exp(-a)); };
    const auto from_input = [&](std::size_t column) {
      double sum = bias[column];
      for (std::size_t k = 0; k < inputs; ++k) sum += x[k] * input[k * 3 * units + column];
      return sum;
    };
    const auto from_state = [&](std::size_t column) {
      double sum = 0;
      for (std::size_t k = 0; k < units; ++k) sum += h[k] * recurrent[k * 3 * units + column];
      return sum;
    };
    numbers next(units);
    for (std::size_t j = 0; j < units; ++j) {
      const double r = sigmoid(from_input(j) + from_state(j));
      const double z = sigmoid(from_input(units + j) + from_state(units + j));
      const double n = std::tanh(from_input(2 * units + j) + r * from_state(2 * units + j));
      next[j] = (1 - z) * h[j] + z * n;
    }
    return next;
  }
};

struct reference_gru4rec {
  std::size_t items{}, units{}, inputs{};
  bool shared{};
  std::vector<reference_layer> layers;
  numbers embedding, output, bias;

  explicit reference_gru4rec(const gru4rec_weights& from)
      : items(from.output.rows()),
        units(from.output.columns()),
        inputs(from.layers.front().input.rows()),
        shared(from.embedding.rows() == 0),
        layers(from.layers.begin(), from.layers.end()),
        embedding(from.embedding.values().begin(), from.embedding.values().end()),
        output(from.output.values().begin(), from.output.values().end()),
        bias(from.output_bias.begin(), from.output_bias.end()) {}

  using states = std::vector<numbers>;
  states start() const {
    states all;
    for (const auto& layer : layers) all.emplace_back(layer.units);
    return all;
  }
  const numbers& after(std::uint32_t item, states& of) const {
    const auto& rows = shared ? output : embedding;
    numbers x(rows.begin() + static_cast<std::ptrdiff_t>(item * inputs),
              rows.begin() + static_cast<std::ptrdiff_t>((item + 1) * inputs));
    for (std::size_t l = 0; l < layers.size(); ++l) x = of[l] = layers[l].step(x, of[l]);
    return of.back();
  }
  double score(const numbers& state, std::uint32_t item) const {
    double sum = bias[item];
    for (std::size_t k = 0; k < units; ++k) sum += state[k] * output[item * units + k];
    return sum;
  }
};

/// At this length; as it is where that is 0.
inline numbers at_length(numbers vector, double length) {
  double squares = 0;
  for (const double value : vector) squares += value * value;
  for (double& value : vector) value *= length > 0 ? length / std::sqrt(squares) : 1;
  return vector;
}

inline double cross_entropy(const numbers& scores, std::size_t target) {
  double sum = 0;
  for (const double score : scores) sum += std::exp(score - scores[target]);
  return std::log(sum);
}

inline double bpr_max(const numbers& scores, std::size_t target, double regularization) {
  double sum = 0, preferred = 0, squares = 0;
  for (std::size_t j = 0; j < scores.size(); ++j) {
    if (j == target) continue;
    const double weight = std::exp(scores[j]);
    sum += weight;
    preferred += weight / (1 + std::exp(scores[j] - scores[target]));
    squares += weight * scores[j] * scores[j];
  }
  return -std::log(preferred / sum) + regularization * squares / sum;
}

struct reference_candidates {
  std::vector<std::uint32_t> items;
  std::vector<float> corrections;  // by item
};

/// Mean loss of a first minibatch: every state starts at 0.
inline double mean_loss(const reference_gru4rec& network, const session_batch& batch,
                        const reference_candidates& candidates, const gru4rec_options& options) {
  std::vector<reference_gru4rec::states> lanes(batch.lanes, network.start());
  double sum = 0, count = 0;
  for (std::size_t row = 0; row < batch.rows(); ++row) {
    if (batch.active[row] == 0) continue;
    auto& states = lanes[row % batch.lanes];
    if (batch.begins[row] != 0) states = network.start();
    const auto state = at_length(network.after(batch.inputs[row], states), options.score_scale);
    numbers scores;
    std::size_t target = 0;
    for (const auto item : candidates.items) {
      if (item == batch.targets[row]) target = scores.size();
      scores.push_back(network.score(state, item) - candidates.corrections[item]);
    }
    sum += options.loss == gru4rec_loss::cross_entropy ? cross_entropy(scores, target)
                                                       : bpr_max(scores, target, options.bpr_max_regularization);
    ++count;
  }
  return sum / count;
}

}  // namespace freshet::testing

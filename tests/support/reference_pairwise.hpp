// What: pairwise learning as the papers write it: one sample after the other, in double, without vectors. Slow on
//       purpose.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "core/models/pairwise/pairwise_blocks.hpp"
#include "core/models/pairwise/pairwise_training.hpp"

namespace freshet::testing {

struct pairwise_sample {
  std::uint32_t user;
  std::uint32_t positive;
  std::vector<std::uint32_t> negatives;
};

inline std::vector<pairwise_sample> samples_of_task(const pairwise_blocks& blocks, std::size_t round,
                                                    std::size_t task) {
  pairwise_samples drawn;
  blocks.draw(round, task, drawn);
  std::vector<pairwise_sample> samples;
  for (std::size_t s = 0; s < drawn.count; ++s) {
    const std::size_t candidates = drawn.negatives.size() / drawn.count;
    const auto first = drawn.negatives.begin() + static_cast<std::ptrdiff_t>(s * candidates);
    samples.push_back({drawn.users[s], drawn.positives[s], {first, first + static_cast<std::ptrdiff_t>(candidates)}});
  }
  return samples;
}

/// All of an epoch, in the order of one thread.
inline std::vector<pairwise_sample> samples_of_epoch(pairwise_blocks& blocks, std::uint32_t epoch) {
  blocks.deal(epoch);
  std::vector<pairwise_sample> samples;
  for (std::size_t round = 0; round < blocks.rounds(); ++round) {
    for (std::size_t task = 0; task < blocks.blocks(); ++task) {
      const auto of_task = samples_of_task(blocks, round, task);
      samples.insert(samples.end(), of_task.begin(), of_task.end());
    }
  }
  return samples;
}

struct reference_row {
  std::vector<double> factors;
  double bias = 0;
  std::vector<double> squares;
  double bias_squares = 1;
};

class reference_pairwise {
 public:
  reference_pairwise(const pairwise_training& start, const pairwise_options& options)
      : users(rows_of(start.users())), items(rows_of(start.items())), options_(options) {}

  /// Returns the sample's loss before its step.
  double step(const pairwise_sample& sample, double rate) {
    reference_row& user = users[sample.user];
    const double wanted = score(user, sample.positive);
    std::uint32_t negative = sample.negatives[0];
    double up = 0, down = 0, loss = 0;
    if (options_.loss == pairwise_loss::warp) {
      for (std::size_t t = 1; t <= sample.negatives.size() && loss == 0; ++t) {
        negative = sample.negatives[t - 1];
        const double violation = 1 - wanted + score(user, negative);
        if (violation <= 0) continue;
        const auto rank = static_cast<double>((items.size() - 1) / t);
        up = down = std::min(10.0, std::log(std::max(1.0, rank)));
        loss = up * violation;
      }
      if (loss == 0) return 0;
    } else {
      for (const std::uint32_t other : sample.negatives) {
        if (score(user, other) > score(user, negative)) negative = other;
      }
      const double unwanted = score(user, negative);
      const double bias = options_.loss == pairwise_loss::logistic ? user.bias : 0;
      up = down = sigmoid(unwanted - wanted);
      loss = std::log1p(std::exp(unwanted - wanted));
      if (options_.loss == pairwise_loss::logistic) {
        up = sigmoid(-wanted - bias);
        down = sigmoid(unwanted + bias);
        loss = std::log1p(std::exp(-wanted - bias)) + std::log1p(std::exp(unwanted + bias));
      }
    }
    const std::vector<double> x = user.factors, p = items[sample.positive].factors, q = items[negative].factors;
    for (std::size_t k = 0; k < x.size(); ++k) {
      move(user, k, up * p[k] - down * q[k], options_.user_regularization, rate);
      move(items[sample.positive], k, up * x[k], options_.item_regularization, rate);
      move(items[negative], k, -down * x[k], options_.item_regularization, rate);
    }
    move_bias(items[sample.positive], up, options_.item_regularization, rate);
    move_bias(items[negative], -down, options_.item_regularization, rate);
    if (options_.loss == pairwise_loss::logistic) move_bias(user, up - down, options_.user_regularization, rate);
    return loss;
  }

  std::vector<reference_row> users;
  std::vector<reference_row> items;

 private:
  static double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

  static std::vector<reference_row> rows_of(const pairwise_side& side) {
    std::vector<reference_row> rows(side.count);
    for (std::size_t row = 0; row < side.count; ++row) {
      rows[row].factors.assign(side.row(row), side.row(row) + side.columns);
      rows[row].squares.assign(side.columns, 1);
    }
    return rows;
  }

  double score(const reference_row& user, std::uint32_t item) const {
    double sum = items[item].bias;
    for (std::size_t k = 0; k < user.factors.size(); ++k) sum += user.factors[k] * items[item].factors[k];
    return sum;
  }

  void apply(double gradient, double rate, double& squares, double& value) const {
    squares += gradient * gradient;
    value += options_.optimizer == pairwise_optimizer::sgd ? rate * gradient : rate * gradient / std::sqrt(squares);
  }
  void move(reference_row& row, std::size_t k, double g, double regularization, double rate) const {
    apply(g - regularization * row.factors[k], rate, row.squares[k], row.factors[k]);
  }
  void move_bias(reference_row& row, double g, double regularization, double rate) const {
    apply(g - regularization * row.bias, rate, row.bias_squares, row.bias);
  }

  pairwise_options options_;
};

}  // namespace freshet::testing

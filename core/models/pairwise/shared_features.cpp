#include "core/models/pairwise/shared_features.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/linalg/kernels.hpp"
#include "core/models/parallel.hpp"

namespace freshet {
namespace {

constexpr std::size_t chunk_rows = 64;

template <class Act>
void for_each_row(std::size_t rows, std::size_t threads, const Act& act) {
  parallel_for((rows + chunk_rows - 1) / chunk_rows, threads, [&](std::size_t chunk, std::size_t) {
    for (std::size_t row = chunk * chunk_rows; row < std::min(rows, (chunk + 1) * chunk_rows); ++row) act(row);
  });
}

/// Values of each item scaled to sum 1; items beyond those of `features` have none.
interaction_matrix weights_of(const interaction_matrix& features, std::size_t items) {
  interaction_matrix weights;
  std::vector<weighted<item_row>> scaled;
  for (std::size_t item = 0; item < items; ++item) {
    scaled.clear();
    if (item < features.rows()) {
      const auto row = features.row(item);
      const double sum = std::accumulate(row.values.begin(), row.values.end(), 0.0);
      for (std::size_t j = 0; j < row.size(); ++j) {
        const auto weight = static_cast<float>(row.values[j] / sum);
        if (weight > 0) scaled.push_back({item_row{row.columns[j]}, weight});
      }
    }
    weights.add_row(scaled);
  }
  weights.widen(features.columns());
  return weights;
}

}  // namespace

shared_features::shared_features(const item_features& features, const interaction_matrix& entries, std::size_t factors,
                                 const options& chosen)
    : options_(chosen),
      factors_(factors),
      names_(features.names),
      weights_(weights_of(features.values, entries.columns())),
      by_feature_(weights_.transposed()),
      samples_(names_.size()),
      embeddings_(names_.size(), factors),
      squares_(names_.size(), factors),
      changes_(names_.size(), factors),
      bias_(names_.size()),
      bias_squares_(names_.size(), 1),
      bias_changes_(names_.size()) {
  FRESHET_CHECK(features.values.columns() <= names_.size(), "a name for each feature");
  FRESHET_CHECK(features.values.rows() <= entries.columns(), "features of items of the data");
  std::fill(squares_.values().begin(), squares_.values().end(), 1.0F);
  // Every entry is a sample of its item, and of a negative that may be any item.
  std::vector<double> touched(entries.columns(), static_cast<double>(entries.entries()) /
                                                     static_cast<double>(std::max<std::size_t>(1, entries.columns())));
  for (const std::uint32_t item : entries.column_indices()) touched[item] += 1;
  for (std::size_t item = 0; item < weights_.rows(); ++item) {
    const auto row = weights_.row(item);
    for (std::size_t j = 0; j < row.size(); ++j) {
      samples_[row.columns[j]] += row.values[j] * touched[item] / options_.steps_per_epoch;
    }
  }
}

void shared_features::step(pairwise_side& items, std::size_t threads) {
  for_each_row(by_feature_.rows(), threads, [&](std::size_t feature) { move_features(items, feature); });
  for_each_row(items.count, threads, [&](std::size_t item) { move_item(items, item); });
}

void shared_features::move_features(const pairwise_side& items, std::size_t feature) {
  const auto row = by_feature_.row(feature);
  const auto of_items = changes_.row(feature);
  const auto decay = static_cast<float>(options_.regularization * samples_[feature]);
  std::fill(of_items.begin(), of_items.end(), 0.0F);
  double bias_gradient = -decay * bias_[feature];
  for (std::size_t j = 0; j < row.size(); ++j) {
    const std::size_t item = row.columns[j];
    best_kernels().add_scaled(row.values[j], items.gradients.data() + item * items.width, of_items.data(), factors_);
    bias_gradient += row.values[j] * items.bias_gradients.data()[item];
  }
  best_kernels().add_scaled(-decay, embeddings_.row(feature).data(), of_items.data(), factors_);
  const auto adagrad = [&](float gradient, float& squares, float& value) {
    squares += gradient * gradient;
    const float change = static_cast<float>(options_.learning_rate) * gradient / std::sqrt(squares);
    value += change;
    return change;
  };
  for (std::size_t k = 0; k < factors_; ++k) {
    of_items[k] = adagrad(of_items[k], squares_.row(feature)[k], embeddings_.row(feature)[k]);
  }
  bias_changes_[feature] = adagrad(static_cast<float>(bias_gradient), bias_squares_[feature], bias_[feature]);
}

void shared_features::move_item(pairwise_side& items, std::size_t item) const {
  const auto row = weights_.row(item);
  for (std::size_t j = 0; j < row.size(); ++j) {
    best_kernels().add_scaled(row.values[j], changes_.row(row.columns[j]).data(), items.row(item), factors_);
    items.bias.data()[item] += row.values[j] * bias_changes_[row.columns[j]];
  }
  std::fill_n(items.gradients.data() + item * items.width, items.width, 0.0F);
  items.bias_gradients.data()[item] = 0;
}

std::shared_ptr<const feature_embeddings> shared_features::embeddings() const {
  return std::make_shared<feature_embeddings>(feature_embeddings{names_, embeddings_, bias_});
}

bool shared_features::is_finite() const {
  const auto all = [](const std::vector<float>& values) {
    return std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); });
  };
  return all(embeddings_.values()) && all(bias_);
}

}  // namespace freshet

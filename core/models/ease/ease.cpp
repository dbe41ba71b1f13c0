#include "core/models/ease/ease.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/models/parallel.hpp"

namespace freshet {
namespace {

bool is_stronger(std::span<const float> row, std::uint32_t a, std::uint32_t b) {
  const float left = std::abs(row[a]);
  const float right = std::abs(row[b]);
  return left > right || (left == right && a < b);
}

}  // namespace

ease_weights whole_matrix(matrix<float> values) {
  FRESHET_CHECK(values.rows() == values.columns());
  ease_weights whole;
  for (std::size_t row = 1; row <= values.rows(); ++row) whole.offsets.push_back(row * values.columns());
  whole.values = std::move(values.values());
  return whole;
}

ease_weights strongest_weights(matrix_view<const float> values, std::size_t k, std::size_t threads) {
  const std::size_t kept = std::min(k, values.columns());
  ease_weights strongest;
  for (std::size_t row = 1; row <= values.rows(); ++row) strongest.offsets.push_back(row * kept);
  strongest.columns.resize(values.rows() * kept);
  strongest.values.resize(values.rows() * kept);
  std::vector<std::vector<std::uint32_t>> order(threads);
  parallel_for(values.rows(), threads, [&](std::size_t row, std::size_t thread) {
    auto& columns = order[thread];
    columns.resize(values.columns());
    std::iota(columns.begin(), columns.end(), 0U);
    const auto end = columns.begin() + static_cast<std::ptrdiff_t>(kept);
    const auto weights = values.row(row);
    std::nth_element(columns.begin(), end, columns.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return is_stronger(weights, a, b); });
    std::sort(columns.begin(), end);
    for (std::size_t j = 0; j < kept; ++j) {
      strongest.columns[row * kept + j] = item_row{columns[j]};
      strongest.values[row * kept + j] = weights[columns[j]];
    }
  });
  return strongest;
}

ease_model::ease_model(ease_weights weights, const ease_options& options)
    : options_(options), weights_(std::move(weights)) {
  FRESHET_CHECK(validate(options_).ok());
  FRESHET_CHECK(weights_.columns.empty() ? weights_.values.size() == items() * items()
                                         : weights_.values.size() == weights_.columns.size());
}

item_scores ease_model::scores() const {
  return sparse_scores{{weights_.offsets, weights_.columns, weights_.values}};
}

query ease_model::fold_in(const user_interactions& user) const {
  if (options_.history_decay > 0 && !user.sequence.empty()) return sparse_query{fading_history(user)};
  taste history = user.strengths;
  if (options_.entries == ease_entries::binary) {
    for (auto& each : history) each.strength = 1;
  }
  return sparse_query{std::move(history)};
}

taste ease_model::fading_history(const user_interactions& user) const {
  // What has no event is as old as can be.
  std::vector<double> ages(user.strengths.size(), static_cast<double>(user.sequence.size()));
  for (std::size_t i = 0; i < user.sequence.size(); ++i) {
    const auto found = std::ranges::lower_bound(user.strengths, user.sequence[i].item, {}, &weighted<item_row>::item);
    if (found == user.strengths.end() || found->item != user.sequence[i].item) continue;
    ages[static_cast<std::size_t>(found - user.strengths.begin())] = static_cast<double>(user.sequence.size() - 1 - i);
  }
  taste history = user.strengths;
  for (std::size_t i = 0; i < history.size(); ++i) {
    const double entry = options_.entries == ease_entries::binary ? 1.0 : double{history[i].strength};
    history[i].strength = static_cast<float>(entry * std::exp(-ages[i] / options_.history_decay));
  }
  return history;
}

std::vector<contribution> ease_model::explain(const user_interactions& user, item_row item) const {
  const item_scores all = scores();
  std::vector<contribution> contributions;
  const auto folded = std::get<sparse_query>(fold_in(user));
  for (const auto& each : folded.weights) {
    contributions.push_back({each.item, score_of(all, sparse_query{{each}}, item)});
  }
  return contributions;
}

query ease_model::similar_to(item_row item) const {
  FRESHET_CHECK(to_integer(item) < items(), "the row of an item of the model");
  return sparse_query{{{item, 1}}};
}

}  // namespace freshet

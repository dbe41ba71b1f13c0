#include "core/models/item2vec/item2vec.hpp"

#include <algorithm>
#include <cmath>

#include "core/linalg/directions.hpp"
#include "core/linalg/kernels.hpp"

namespace freshet {
namespace {

std::vector<bool> rows_of_zeros(const matrix<float>& rows) {
  std::vector<bool> zero(rows.rows());
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    const auto row = rows.row(i);
    zero[i] = std::all_of(row.begin(), row.end(), [](float value) { return value == 0; });
  }
  return zero;
}

double longest(const matrix<float>& rows) {
  double squares_max = 0;
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    double squares = 0;
    for (const float value : rows.row(i)) squares += static_cast<double>(value) * value;
    squares_max = std::max(squares_max, squares);
  }
  return std::sqrt(squares_max);
}

/// `lowest` for items that are no words; empty where there are none.
std::vector<float> bias_of(const std::vector<bool>& unknown, double lowest) {
  if (std::find(unknown.begin(), unknown.end(), true) == unknown.end()) return {};
  std::vector<float> bias(unknown.size());
  std::transform(unknown.begin(), unknown.end(), bias.begin(),
                 [&](bool no_word) { return no_word ? static_cast<float>(lowest) : 0.0F; });
  return bias;
}

}  // namespace

item2vec_model::item2vec_model(matrix<float> input, matrix<float> output, const item2vec_options& options)
    : options_(options),
      input_(std::move(input)),
      output_(std::move(output)),
      directions_(directions_of(input_.view())),
      unknown_(rows_of_zeros(input_)),
      // No score of a word is lower than the product of the longest vectors of either kind.
      bias_(bias_of(unknown_, -longest(input_) * longest(output_))),
      direction_bias_(bias_of(unknown_, -1)) {
  FRESHET_CHECK(input_.rows() == output_.rows() && input_.columns() == output_.columns() && input_.columns() > 0);
}

item2vec_model::~item2vec_model() = default;

item_scores item2vec_model::scores() const {
  return dense_scores{output_.view(), bias_};
}

item_scores item2vec_model::similarity_scores() const {
  return dense_scores{directions_.view(), direction_bias_};
}

/// For each strength, how many events of words came after the item's last one.
std::vector<double> item2vec_model::events_since(const user_interactions& user) const {
  std::vector<double> since(user.strengths.size(), -1);
  double events = 0;
  for (auto event = user.sequence.rbegin(); event != user.sequence.rend(); ++event) {
    if (unknown_[to_integer(event->item)]) continue;
    const auto found = std::lower_bound(user.strengths.begin(), user.strengths.end(), event->item,
                                        [](const auto& each, item_row item) { return each.item < item; });
    if (found != user.strengths.end() && found->item == event->item) {
      double& of_item = since[static_cast<std::size_t>(found - user.strengths.begin())];
      if (of_item < 0) of_item = events;
    }
    ++events;
  }
  // What has a strength but no event is as old as can be.
  std::replace(since.begin(), since.end(), -1.0, events);
  return since;
}

std::vector<float> item2vec_model::shares_of(const user_interactions& user) const {
  const std::size_t n = user.strengths.size();
  std::vector<double> weights(n);
  const auto since = options_.recency_half_life > 0 ? events_since(user) : std::vector<double>(n);
  const double newest = n == 0 ? 0 : *std::min_element(since.begin(), since.end());
  double sum = 0;
  for (std::size_t j = 0; j < n; ++j) {
    const auto& [item, strength] = user.strengths[j];
    FRESHET_CHECK(to_integer(item) < items(), "strengths are of rows of the model");
    if (unknown_[to_integer(item)]) continue;
    const double half_lives = since[j] == newest ? 0 : (since[j] - newest) / options_.recency_half_life;
    weights[j] = std::log1p(static_cast<double>(strength)) * std::exp2(-half_lives);
    sum += weights[j];
  }
  std::vector<float> shares(n);
  if (!(sum > 0)) return shares;
  std::transform(weights.begin(), weights.end(), shares.begin(),
                 [&](double weight) { return static_cast<float>(weight / sum); });
  return shares;
}

query item2vec_model::fold_in(const user_interactions& user) const {
  const auto shares = shares_of(user);
  std::vector<float> mean(factors());
  for (std::size_t j = 0; j < shares.size(); ++j) {
    const auto vector = input_.row(to_integer(user.strengths[j].item));
    best_kernels().add_scaled(shares[j], vector.data(), mean.data(), mean.size());
  }
  return dense_query{std::move(mean)};
}

std::vector<contribution> item2vec_model::explain(const user_interactions& user, item_row item) const {
  FRESHET_CHECK(to_integer(item) < items(), "the row of an item of the model");
  const auto shares = shares_of(user);
  const auto target = output_.row(to_integer(item));
  std::vector<contribution> contributions;
  contributions.reserve(shares.size());
  for (std::size_t j = 0; j < shares.size(); ++j) {
    const item_row because = user.strengths[j].item;
    const float product = best_kernels().dot(input_.row(to_integer(because)).data(), target.data(), target.size());
    contributions.push_back({because, shares[j] * product});
  }
  return contributions;
}

query item2vec_model::similar_to(item_row item) const {
  FRESHET_CHECK(to_integer(item) < items(), "the row of an item of the model");
  const auto direction = directions_.row(to_integer(item));
  return dense_query{{direction.begin(), direction.end()}};
}

}  // namespace freshet

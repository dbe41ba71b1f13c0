// What:    a linear map from what an item is (a content vector) to where it lies among a model's items (its factors,
//          and its bias behind them where the model has one).
// Why:     an item that nobody has touched yet can be ranked for every user from its text or picture alone.
// Model:   factors = Wt content, W by ridge regression over the items of which content is known and to which the model
//          gave a place: neither is 0. No intercept: an item of which nothing is known (content 0) gets factors 0.
// Shapes:  content [n x d], factors [n x f], W [d x f], or [d x (f + 1)] with a bias.
// Errors:  invalid_argument when no item has both, or where content has values that are not finite;
//          not_positive_definite for a lambda too small (ridge_regression.hpp).
// Cost:    fit O(n d^2 + d^3), once for targets that learn from the same items, and O(n d f) for each; map O(d f).
// Source:  Gantner, Drumond, Freudenthaler, Rendle, Schmidt-Thieme 2010 (linear attribute-to-factor mapping).
#pragma once

#include <span>
#include <vector>

#include "core/base/result.hpp"
#include "core/linalg/matrix_view.hpp"
#include "core/models/model.hpp"

namespace freshet {

class content_map {
 public:
  /// A map to each of `targets`, which have as many rows as `content`. lambda >= 0, in units of squared content.
  [[nodiscard]] static std::vector<result<content_map>> fit(matrix_view<const float> content,
                                                            std::span<const dense_scores> targets, double lambda);

  /// `content` [d]; the factors [f], and the bias.
  std::vector<float> map(std::span<const float> content) const;

  std::size_t content_size() const { return weights_.rows(); }
  std::size_t factors() const { return weights_.columns(); }

 private:
  explicit content_map(matrix<float> weights) : weights_(std::move(weights)) {}
  static result<std::vector<content_map>> fit_together(matrix_view<const float> content,
                                                       std::span<const dense_scores> targets,
                                                       std::span<const std::size_t> rows, double lambda);

  matrix<float> weights_;
};

}  // namespace freshet

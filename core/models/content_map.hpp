// What:    a linear map from what an item is (a content vector) to where it lies among a model's items (its factors).
// Why:     an item that nobody has touched yet can be ranked for every user from its text or picture alone.
// Model:   factors = Wt content, W by ridge regression over the items whose content is known and whose factors are not
//          0. No intercept: an item of which nothing is known (content 0) gets factors 0.
// Shapes:  content [n x d], factors [n x f], W [d x f].
// Errors:  invalid_argument when no item has both, or where content has values that are not finite;
//          not_positive_definite for a lambda too small (ridge_regression.hpp).
// Cost:    fit O(n d^2 + d^3); map O(d f).
// Source:  Gantner, Drumond, Freudenthaler, Rendle, Schmidt-Thieme 2010 (linear attribute-to-factor mapping).
#pragma once

#include <span>
#include <vector>

#include "core/base/result.hpp"
#include "core/linalg/matrix_view.hpp"

namespace freshet {

class content_map {
 public:
  /// `known`: which rows of `content` are; as many as its rows. lambda >= 0, in units of squared content.
  [[nodiscard]] static result<content_map> fit(matrix_view<const float> content, matrix_view<const float> factors,
                                               const std::vector<bool>& known, double lambda);

  /// `content` [d]; the factors [f].
  std::vector<float> map(std::span<const float> content) const;

  std::size_t content_size() const { return weights_.rows(); }
  std::size_t factors() const { return weights_.columns(); }

 private:
  explicit content_map(matrix<float> weights) : weights_(std::move(weights)) {}

  matrix<float> weights_;
};

}  // namespace freshet

// What:    Bayesian personalized ranking: matrix factorization that learns to put what a user touched above what the
//          user did not.
// Model:   s(u, i) = x_u . y_i + b_i;  minimize  sum over (u, i, j) of ln(1 + e^-(s(u, i) - s(u, j))) + l (|x_u|^2 +
//          |y_i|^2 + |y_j|^2 + b_i^2 + b_j^2) / 2  by stochastic gradient steps, i an item of the user, j none.
// Negatives: drawn uniformly and verified: never an item of the user. With several candidates the one that scores
//          highest is taken: harder negatives, which lift the top of the list where the catalogue is large.
// Strengths: only whether there is one counts.
// Shapes:  user factors [users x f], item factors [items x f], item bias [items].
// Same:    same data, options and seed give the same bytes on one machine, whatever the number of threads: tasks that
//          run at once share no factor (pairwise_blocks.hpp), so nothing waits and nothing races.
// Errors:  invalid_argument for options out of bounds or a loss that is no longer finite, with the remedy.
// Cost:    training: O((2 + candidates) x f x entries) an iteration; fold-in: as pairwise_fold_in.hpp.
// Source:  Rendle, Freudenthaler, Gantner, Schmidt-Thieme 2009, figure 4; Zhang, Chen, Wang, Yu 2013 (candidates).
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/result.hpp"
#include "core/data/interaction_matrix.hpp"
#include "core/models/model.hpp"
#include "core/models/pairwise/pairwise_fold_in.hpp"
#include "core/models/parameters.hpp"
#include "core/models/trainer.hpp"
#include "core/models/training.hpp"

namespace freshet {

struct bpr_options {
  std::uint32_t factors = 100;
  double learning_rate = 0.05;
  double regularization = 0.01;
  std::uint32_t iterations = 100;
  /// Negatives to choose from, for each positive.
  std::uint32_t negative_candidates = 1;

  friend bool operator==(const bpr_options&, const bpr_options&) = default;
};

/// Names as in the struct; refuses unknown ones.
[[nodiscard]] result<bpr_options> bpr_options_from(const parameters& given);
[[nodiscard]] parameters to_parameters(const bpr_options& options);

struct bpr_factors {
  matrix<float> users;
  matrix<float> items;
  std::vector<float> item_bias;
  /// Mean of ln(1 + e^-d) over the samples of each iteration that was run, each before its step.
  std::vector<double> loss;
};

/// `strengths` is [users x items]. Users without entries get zero factors; an item that nobody touched is only ever a
/// negative. When the progress callback stops it, the factors after the iterations done so far.
[[nodiscard]] result<bpr_factors> train_bpr(const interaction_matrix& strengths, const bpr_options& options,
                                            const training_context& context);

/// The family behind `freshet train bpr`.
[[nodiscard]] trainer bpr_trainer();

class bpr_model final : public model {
 public:
  /// `item_factors` [items x f], finite; an `item_bias` for each; `options` must be those of the training. f is taken
  /// from the matrix.
  bpr_model(matrix<float> item_factors, std::vector<float> item_bias, const bpr_options& options);
  ~bpr_model() override;

  std::string_view type() const override { return "bpr"; }
  std::size_t items() const override { return items_.rows(); }
  std::size_t factors() const override { return items_.columns(); }
  item_scores scores() const override { return dense_scores{items_.view(), bias_}; }
  /// Steps on the user's vector alone (pairwise_fold_in.hpp). No strengths give zeros: the order of the biases.
  query fold_in(const user_interactions& user) const override;
  /// Exact: the amounts add up to the score less the bias.
  std::vector<contribution> explain(const user_interactions& user, item_row item) const override;
  /// Cosine of the factors.
  query similar_to(item_row item) const override;
  item_scores similarity_scores() const override { return dense_scores{directions_.view(), {}}; }

  const bpr_options& options() const { return options_; }

 private:
  pairwise_fold_in held() const;

  bpr_options options_;
  matrix<float> items_;
  std::vector<float> bias_;
  /// Rows of length 1, or 0.
  matrix<float> directions_;
};

}  // namespace freshet

// What:    matrix factorization whose items are the sum of an embedding of their own and the mean of their features'.
// Why:     items that share a category or a brand learn from each other, and a new item has a place from its features
//          alone.
// Model:   s(u, i) = x_u . r_i + b_i + c_u with r_i = e_i + sum_f w_if E_f and b_i = d_i + sum_f w_if D_f, where w_i
//          are the item's feature values scaled to sum 1. Without features r_i = e_i: LightFM with identity features.
// Loss:    warp, bpr or logistic as in pairwise_kernels.hpp, each positive against verified negatives; c_u is learnt by
//          the logistic loss alone, since it cancels in the others. Regularization: user_alpha |x_u|^2 / 2 and
//          item_alpha |r_i|^2 / 2 for each sample, item_alpha |E_f|^2 / 2 for each sample of the feature's items.
// Steps:   Adagrad. Representations move sample by sample; what several items share moves four times an epoch by the
//          sum of its items' gradients, so that blocks of items stay independent.
// Strengths: only whether there is one counts.
// Shapes:  user factors [users x f], representations [items x f], item bias [items], user bias [users], feature
//          embeddings [features x f], feature bias [features].
// Same:    same data, options and seed give the same bytes on one machine, whatever the number of threads.
// Errors:  invalid_argument for options out of bounds or a loss that is no longer finite, with the remedy.
// Cost:    training: O((2 + negatives looked at) x f x entries + f x feature values) an epoch, the negatives of warp
//          being drawn in advance: max_sampled x entries; fold-in: as pairwise_fold_in.hpp.
// Source:  Kula 2015, eq. 1 and 2; Weston, Bengio, Usunier 2011, algorithm 1 (warp); Duchi, Hazan, Singer 2011
//          (Adagrad).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/data/training_data.hpp"
#include "core/models/model.hpp"
#include "core/models/pairwise/pairwise_fold_in.hpp"
#include "core/models/parameters.hpp"
#include "core/models/trainer.hpp"
#include "core/models/training.hpp"

namespace freshet {

struct lightfm_options {
  std::uint32_t no_components = 64;
  pairwise_loss loss = pairwise_loss::warp;
  double learning_rate = 0.05;
  std::uint32_t epochs = 50;
  double item_alpha = 0;
  double user_alpha = 0;
  /// Most negatives that warp looks at for a positive.
  std::uint32_t max_sampled = 10;

  friend bool operator==(const lightfm_options&, const lightfm_options&) = default;
};

/// Names as in the struct, and learning_schedule, which is adagrad; refuses unknown ones.
[[nodiscard]] result<lightfm_options> lightfm_options_from(const parameters& given);
[[nodiscard]] parameters to_parameters(const lightfm_options& options);

/// Negatives drawn for each positive.
[[nodiscard]] std::uint32_t candidates_of(const lightfm_options& options);

/// What an item is made of besides itself.
struct feature_embeddings {
  std::vector<std::string> names;
  matrix<float> factors;    // [names x f]
  std::vector<float> bias;  // [names]
};

struct lightfm_parameters {
  matrix<float> users;
  std::vector<float> user_bias;
  /// Sums of an item's own and its features' embeddings.
  matrix<float> items;
  std::vector<float> item_bias;
  /// Null where there were no features.
  std::shared_ptr<const feature_embeddings> features;
};

struct trained_lightfm {
  lightfm_parameters parameters;
  /// Mean loss over the samples of each epoch that was run.
  std::vector<double> loss;
};

/// Uses `data.features` where there are some. When the progress callback stops it, what the epochs so far have made.
[[nodiscard]] result<trained_lightfm> train_lightfm(const training_data& data, const lightfm_options& options,
                                                    const training_context& context);

/// The family behind `freshet train lightfm`.
[[nodiscard]] trainer lightfm_trainer();

struct item_representation {
  std::vector<float> factors;
  float bias{};
};

class lightfm_model final : public model {
 public:
  /// Finite values; f is taken from the items.
  lightfm_model(lightfm_parameters learnt, const lightfm_options& options);
  ~lightfm_model() override;

  std::string_view type() const override { return "lightfm"; }
  std::size_t items() const override { return learnt_.items.rows(); }
  std::size_t factors() const override { return learnt_.items.columns(); }
  item_scores scores() const override { return dense_scores{learnt_.items.view(), learnt_.item_bias}; }
  /// Steps on the user's vector alone (pairwise_fold_in.hpp). No strengths give zeros: the order of the biases.
  query fold_in(const user_interactions& user) const override;
  /// Exact: the amounts add up to the score less the bias.
  std::vector<contribution> explain(const user_interactions& user, item_row item) const override;
  /// Cosine of the representations.
  query similar_to(item_row item) const override;
  item_scores similarity_scores() const override { return dense_scores{directions_.view(), {}}; }

  /// The place of an item that was not trained, from its features (row of `feature_embeddings` and value > 0): what its
  /// score is made of, without an embedding of its own. Zero where it has none that the model knows.
  item_representation represent(std::span<const weighted<item_row>> features) const;

  const lightfm_options& options() const { return options_; }
  std::span<const float> user_bias() const { return learnt_.user_bias; }
  const std::shared_ptr<const feature_embeddings>& features() const { return learnt_.features; }

 private:
  pairwise_fold_in held() const;

  lightfm_options options_;
  lightfm_parameters learnt_;
  /// Rows of length 1, or 0.
  matrix<float> directions_;
};

}  // namespace freshet

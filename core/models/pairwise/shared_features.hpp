// What:    what items share while representations are learnt: embeddings of features, moved between rounds by the
//          gradients of their items.
// Shapes:  values [items x features]; embeddings [features x f].
// Steps:   Adagrad on G_f = sum_i w_if g_i - l n_f E_f, g_i the sum of an item's gradients since the last step and n_f
//          the samples it stands for; then every representation follows: r_i += sum_f w_if (change of E_f).
// Threads: `step` works on several; a feature, then an item, belongs to one.
// Cost:    O(f x values) a step.
// Source:  lightfm.hpp.
#pragma once

#include <memory>

#include "core/data/item_features.hpp"
#include "core/models/pairwise/lightfm.hpp"
#include "core/models/pairwise/pairwise_training.hpp"

namespace freshet {

class shared_features {
 public:
  struct options {
    double learning_rate{};
    double regularization{};
    /// Of a whole epoch.
    double steps_per_epoch{};
  };

  /// `entries` [users x items] tells how often an item is sampled. Embeddings start at 0.
  shared_features(const item_features& features, const interaction_matrix& entries, std::size_t factors,
                  const options& chosen);

  /// Takes the gradients of `items`, which are 0 afterwards, and moves their representations.
  void step(pairwise_side& items, std::size_t threads);

  /// A copy.
  std::shared_ptr<const feature_embeddings> embeddings() const;
  bool is_finite() const;

 private:
  void move_features(const pairwise_side& items, std::size_t feature);
  void move_item(pairwise_side& items, std::size_t item) const;

  options options_;
  std::size_t factors_;
  std::vector<std::string> names_;
  interaction_matrix weights_;     // [items x features], rows of sum 1
  interaction_matrix by_feature_;  // transposed
  /// n_f of a step.
  std::vector<double> samples_;
  matrix<float> embeddings_;
  matrix<float> squares_;
  matrix<float> changes_;
  /// Biases, their squares and their changes, as above.
  std::vector<float> bias_;
  std::vector<float> bias_squares_;
  std::vector<float> bias_changes_;
};

}  // namespace freshet

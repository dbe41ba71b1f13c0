// What:    the vector of a user who was not trained, or did something since: the steps of training on the user's vector
//          alone, with every item held.
// How:     passes over the user's items, each against verified negatives; steps of length |g| / sqrt(sum of |g|^2 so
//          far), which suits factors of any size; the mean of the vectors after each pass of the second half. Which
//          negatives item i meets in pass p follows from (i, p) alone, so the same interactions give the same bytes,
//          and one more item changes little else.
// Errors:  none; no items give zeros, which ranks by the biases.
// Limits:  16 passes; fewer for more than 60 items, at least 4.
// Cost:    O(passes x items of the user x (1 + candidates) x f).
// Source:  Rendle et al. 2009, figure 4, with x_u as the only parameter; Streeter & McMahan 2010 (the step length);
//          Polyak & Juditsky 1992 (the mean).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/data/user_interactions.hpp"
#include "core/linalg/matrix_view.hpp"
#include "core/models/model.hpp"
#include "core/models/pairwise/pairwise_training.hpp"

namespace freshet {

struct pairwise_fold_in {
  matrix_view<const float> items;  // [items x f]
  std::span<const float> bias;     // [items]
  pairwise_loss loss = pairwise_loss::bpr;
  std::uint32_t candidates = 1;
  double regularization{};
};

/// [f]
[[nodiscard]] std::vector<float> fold_in(const taste& user, const pairwise_fold_in& options);

/// What the steps taken for each item of the user add to the score of `item`; they add up to the score less the bias.
/// Cost: a fold-in.
[[nodiscard]] std::vector<contribution> explain_fold_in(const taste& user, const pairwise_fold_in& options,
                                                        item_row item);

}  // namespace freshet

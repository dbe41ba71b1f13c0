// What:    item-item weights in closed form: training, and the model they give.
// Model:   X [users x items] holds what users did. B minimizes  |X - X B|^2 + lambda |B|^2  with a diagonal of 0, so
//          that no item predicts itself:  P = (X^T X + lambda I)^-1,  B[i][j] = -P[i][j] / P[j][j].
//          score(i) = sum over the history h of weight(h) x B[h][i].
// Order:   with sequence_share s > 0 the weights also learn what comes next. Each cut of a user's events adds a row of
//          what was before it (Y) and one of what follows (Z), both fading with the distance from the cut; B minimizes
//          (1 - s) |X - X B|^2 + s |Z - Y B|^2 + lambda |B|^2. X would teach every item to predict itself first of all;
//          where the diagonal is free, the objective grows by 2 (1 - s) self_penalty |X_i|^2 B[i][i]. With
//          history_decay > 0 the history fades alike.
// Shapes:  B [items x items], dense; or the top_k_per_row strongest weights of every row.
// Same:    same data, options and number of threads give the same bytes on one machine; the seed plays no part.
// Errors:  invalid_argument for options out of bounds; not_positive_definite when lambda is too small for float32;
//          each names the remedy. A catalogue that does not fit memory is refused by its memory_bytes beforehand.
// Limits:  one step: a callback that stops it stops nothing. Rows and columns of items that nobody touched are 0.
// Cost:    n^3 multiplications and additions for n items whatever the data, plus sum over users of history^2; memory
//          4 n^2 bytes. A query adds a row of B for each item of the history.
// Advice:  lambda grows with the events of an item: 50 for tens, 500 for hundreds. Next purchases: history_decay 4.
//          Next clicks of a session: lambda 100, sequence_share .7, training_decay .6, diagonal free, self_penalty .6,
//          history_decay 1 to 1.5.
// Source:  Steck 2019, "Embarrassingly Shallow Autoencoders for Sparse Data", eq. 8 (lambda 0.5 here, 80 to 1320 in
//          benchmarks); Choi, Kim, Lee, Shim, Lee 2021, "Session-aware Linear Item-Item Models for Session-based
//          Recommendation", eq. 9 to 14 (the order).
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/result.hpp"
#include "core/data/training_data.hpp"
#include "core/models/model.hpp"
#include "core/models/parameters.hpp"
#include "core/models/trainer.hpp"
#include "core/models/training.hpp"

namespace freshet {

/// What an entry of X is, and the weight of an item of a history: 1, or the strength.
enum class ease_entries { binary, weighted };
/// zero: no item predicts itself; free: it may, where items come back.
enum class ease_diagonal { zero, free };

struct ease_options {
  double lambda = 0.5;
  /// 0 = all.
  std::uint32_t top_k_per_row = 0;
  ease_entries entries = ease_entries::binary;
  double sequence_share = 0;
  /// An event d events before the cut weighs e^(-d / decay), and one that follows alike.
  double training_decay = 1;
  /// The newest event weighs 1, the one before it e^(-1 / decay), ...; 0 = all alike.
  double history_decay = 0;
  ease_diagonal diagonal = ease_diagonal::zero;
  /// 1 = the users' rows say nothing of an item by itself, only the cuts do.
  double self_penalty = 0;

  friend bool operator==(const ease_options&, const ease_options&) = default;
};

[[nodiscard]] status validate(const ease_options& options);
/// Names as in the struct; refuses unknown ones.
[[nodiscard]] result<ease_options> ease_options_from(const parameters& given);
[[nodiscard]] parameters to_parameters(const ease_options& options);

/// Weights as sparse_rows_view shows them; without `columns` the whole matrix.
struct ease_weights {
  std::vector<std::uint64_t> offsets{0};
  std::vector<item_row> columns;
  std::vector<float> values;

  friend bool operator==(const ease_weights&, const ease_weights&) = default;
};

/// `values` [items x items].
[[nodiscard]] ease_weights whole_matrix(matrix<float> values);
/// The k weights of each row that are furthest from 0, of equal ones those of lower columns. Shapes: as many as there
/// are, at most k, in every row.
[[nodiscard]] ease_weights strongest_weights(matrix_view<const float> values, std::size_t k, std::size_t threads);

struct ease_solution {
  ease_weights weights;
  /// The objective at its minimum.
  double loss{};
};

[[nodiscard]] result<ease_solution> train_ease(const training_data& data, const ease_options& options,
                                               const training_context& context);

/// What train_ease needs at its peak, its input and output included.
[[nodiscard]] std::uint64_t ease_memory_bytes(const data_size& size, const ease_options& options);

/// The family behind `freshet train ease`.
[[nodiscard]] trainer ease_trainer();

class ease_model final : public model {
 public:
  /// Finite weights; `options` must be those of the training.
  ease_model(ease_weights weights, const ease_options& options);

  std::string_view type() const override { return "ease"; }
  std::size_t items() const override { return weights_.offsets.size() - 1; }
  std::size_t factors() const override { return 0; }
  item_scores scores() const override;
  /// The history itself. An item's weight is the entry of its strength, times its newest fading where the history
  /// fades; a history without a sequence does not fade.
  query fold_in(const user_interactions& user) const override;
  /// Exact: weight(h) x B[h][item].
  std::vector<contribution> explain(const user_interactions& user, item_row item) const override;
  /// The item's row of B: what it alone would recommend. Its own weight there is its diagonal, 0 unless that is free.
  query similar_to(item_row item) const override;

  const ease_options& options() const { return options_; }
  const ease_weights& weights() const { return weights_; }

 private:
  taste fading_history(const user_interactions& user) const;

  ease_options options_;
  ease_weights weights_;
};

}  // namespace freshet

// What:    item2vec: skip-gram with negative sampling over baskets and sessions; training, and the model it gives.
// Model:   items that occur near each other get input and output vectors whose product is high:
//          maximize  sum over pairs (i, j) of  ln s(v_i . c_j) + sum over k drawn items n of  ln s(-v_i . c_n)
//          with s the logistic function and n drawn in proportion to count^negative_exponent.
// Pairs:   a sentence is a session in time order (context session), or all of a user's events (context user); items
//          pair within a window whose half width is drawn from 1..window at each place. A user without known order is
//          one sentence, shuffled anew in every epoch. Frequent items are left out at random (subsampling).
// Items:   those with fewer than min_count events are no words: their rows are 0 and they are ranked last.
// Served:  query = weighted mean of the history's input vectors, weight = ln(1 + strength) x 2^(-events since /
//          recency_half_life). Scored against output vectors, for v_h . c_i is what training fits to "i is near h".
// Shapes:  input vectors V [items x f], output vectors C [items x f], row-major.
// Same:    same data, options and seed give the same bytes, whatever the number of threads: words lie in blocks, pairs
//          in cells (block of i, block of j), and cells trained at one time share no block (GraphVite's scheme).
// Threads: one for each block works, up to 32.
// Errors:  invalid_argument for options out of bounds or a loss that is no longer finite, naming the remedy.
// Cost:    training: O(pairs x negatives x f) an epoch, pairs about events x (window + 1); fold-in: O(n f).
// Source:  Mikolov, Sutskever, Chen, Corrado, Dean 2013, eq. 4 and 5; Barkan, Koenigstein 2016; Caselles-Dupre,
//          Lesaint, Royo-Letelier 2018 (what matters in recommendation); Zhu, Xu, Tang, Qu 2019 (cells).
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

enum class sentence_kind { session, user };

struct item2vec_options {
  std::uint32_t vector_size = 100;
  std::uint32_t window = 5;
  std::uint32_t min_count = 5;
  std::uint32_t negatives = 5;
  /// Text does best at .75; below it frequent items score higher, which recommendation wants.
  double negative_exponent = 0.4;
  std::uint32_t epochs = 5;
  /// At the start; falls to 0 in a straight line.
  double learning_rate = 0.05;
  /// Words above this share of all events are left out more often the more frequent they are; 0 = never.
  double subsampling = 1e-3;
  sentence_kind context = sentence_kind::session;
  /// Serving: an item weighs half as much in the query for every so many events that came after it; 0 = all alike.
  /// Without known order all are alike.
  double recency_half_life = 1;

  friend bool operator==(const item2vec_options&, const item2vec_options&) = default;
};

[[nodiscard]] status validate(const item2vec_options& options);
/// Names as in the struct; refuses unknown ones.
[[nodiscard]] result<item2vec_options> item2vec_options_from(const parameters& given);
[[nodiscard]] parameters to_parameters(const item2vec_options& options);

struct item2vec_vectors {
  matrix<float> input;
  matrix<float> output;
  /// Mean of -ln s over all products of the epoch.
  std::vector<double> loss;
};

[[nodiscard]] result<item2vec_vectors> train_item2vec(const training_data& data, const item2vec_options& options,
                                                      const training_context& context);

/// What train_item2vec needs at its peak, its input and output included; an entry is taken for one event.
[[nodiscard]] std::uint64_t item2vec_memory_bytes(const data_size& size, const item2vec_options& options);

/// The family behind `freshet train item2vec`.
[[nodiscard]] trainer item2vec_trainer();

class item2vec_model final : public model {
 public:
  /// Both [items x f], finite, f > 0; of the options only recency_half_life matters here.
  item2vec_model(matrix<float> input, matrix<float> output, const item2vec_options& options);
  ~item2vec_model() override;

  std::string_view type() const override { return "item2vec"; }
  std::size_t items() const override { return input_.rows(); }
  std::size_t factors() const override { return input_.columns(); }
  /// Output vectors; a bias for items that are no words, below every score of one that is.
  item_scores scores() const override;
  query fold_in(const user_interactions& user) const override;
  /// Exact: contributions add up to the score, less the bias.
  std::vector<contribution> explain(const user_interactions& user, item_row item) const override;
  /// Cosine of input vectors; items that are no words are last.
  query similar_to(item_row item) const override;
  item_scores similarity_scores() const override;

  const item2vec_options& options() const { return options_; }
  const matrix<float>& input_vectors() const { return input_; }
  const matrix<float>& output_vectors() const { return output_; }

 private:
  /// What each strength weighs in the mean; they add up to 1, or are all 0 where the user touched no word.
  std::vector<float> shares_of(const user_interactions& user) const;
  std::vector<double> events_since(const user_interactions& user) const;

  item2vec_options options_;
  matrix<float> input_;
  matrix<float> output_;
  matrix<float> directions_;
  /// Rows that are 0: items that are no words.
  std::vector<bool> unknown_;
  std::vector<float> bias_;
  std::vector<float> direction_bias_;
};

}  // namespace freshet

// What:    a recurrent network that predicts a session's next item: training, and the model it gives.
// Model:   for the events x_1 .. x_t of a session  h_t = GRU(h_{t-1}, E[x_t]),  h_0 = 0  and the score of item i next
//          is Wy[i] . h_t + by[i].  With score_scale c > 0 the rows of Wy keep length 1 and h_t is taken at length c:
//          the score is c x cosine + by[i], and no item wins by the length of its row.  One layer, with E the embedding
//          of the event's item and gates [r | z | n] of width h:
//            r, z = s(E Wx + h Wh + b)    n = tanh(E Wx + b + r * (h Wh))    h' = (1 - z) h + z n
//          A further layer takes the h' of the one below for E.
// Loss:    cross_entropy: -log softmax of the target among the candidates; bpr_max: -log sum_j p_j s(r_target - r_j) +
//          bpr_max_regularization sum_j p_j r_j^2, p = softmax of the others. Candidates of a minibatch, shared by its
//          sessions: its targets and n_sample items drawn with probability ~ count^sample_alpha, each once; all items
//          with n_sample 0. logq q: a score is trained less q x log(expected share of minibatches with that candidate),
//          so that sampling does not flatten what is popular.
// Batches: batch_size sessions side by side in the order of their last event; one that ends is replaced and the lane's
//          state set to 0. unroll_steps events of each at once: gradients reach back that far (1: not at all).
// Shapes:  E [items x embedding_size] (none where shared_embedding: E = Wy), Wx [inputs x 3 h], Wh [h x 3 h], b [3 h],
//          Wy [items x h], by [items]; row-major.
// Same:    same data, options and seed give the same bytes on one machine, whatever the number of threads.
// Threads: products over the candidates are shared among all; the layers run on one.
// Limits:  hidden and embedding sizes 1..1024, 1..8 layers; serving looks at the last 256 events of the session.
// Errors:  invalid_argument for options out of bounds, events of which no session has two, or a loss that is no longer
//          finite. Each names the remedy.
// Cost:    training: about 6 h (candidates + 6 h layers) an event, plus what the optimizer does to the candidates' rows
//          for each minibatch; fold-in: 12 h^2 layers an event of the current session.
// Tuning:  adagrad at .1 with final_learning_rate .05, batch_size 32, score_scale 10..12 and n_sample 1024 ranked best
//          on a shop's clicks (score_scale 9 and 16, adam and logq 0 worse; unroll_steps and dropout made no
//          difference).
// Source:  Hidasi, Karatzoglou, Baltrunas, Tikk 2016; Hidasi, Karatzoglou 2018 (losses, shared samples, eq. 10 .. 13);
//          Hidasi, Czapp 2023 (what reimplementations got wrong: sampling, reset at session ends, shared embedding);
//          Cho et al. 2014 with the reset after the product; Duchi 2011 (adagrad); Kingma, Ba 2015 (adam);
//          Bengio, Senecal 2008 (logq); Gupta, Garg, Malhotra, Vig, Shroff 2019, "NISER" (score_scale).
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/base/result.hpp"
#include "core/models/model.hpp"
#include "core/models/parameters.hpp"
#include "core/models/trainer.hpp"
#include "core/models/training.hpp"

namespace freshet {

enum class gru4rec_loss { cross_entropy, bpr_max };
enum class gru4rec_update { adam, adagrad };
/// Where a sequence ends: at the end of a session, or nowhere within a user (catalogues used rarely: films, cosmetics).
enum class gru4rec_sequences { session, user };

struct gru4rec_options {
  std::uint32_t hidden_size = 100;
  std::uint32_t layers = 1;
  /// 0 = hidden_size; must be that where the embedding is shared.
  std::uint32_t embedding_size = 0;
  bool shared_embedding = true;
  /// Shares of the hidden state and of the input embedding that are set to 0 in training.
  double dropout = 0.1;
  double embedding_dropout = 0.1;
  std::uint32_t batch_size = 64;
  std::uint32_t unroll_steps = 1;
  double learning_rate = 0.001;
  /// The learning rate falls in a straight line to this share of it by the end of the last epoch.
  double final_learning_rate = 1;
  double momentum = 0;
  std::uint32_t epochs = 10;
  gru4rec_update optimizer = gru4rec_update::adam;
  gru4rec_loss loss = gru4rec_loss::cross_entropy;
  double bpr_max_regularization = 1;
  std::uint32_t n_sample = 2048;
  double sample_alpha = 0.5;
  double logq = 1;
  /// 0: products of any length.
  double score_scale = 0;
  gru4rec_sequences sequences = gru4rec_sequences::session;

  std::uint32_t inputs() const { return embedding_size == 0 ? hidden_size : embedding_size; }
  friend bool operator==(const gru4rec_options&, const gru4rec_options&) = default;
};

[[nodiscard]] status validate(const gru4rec_options& options);
/// Names as in the struct; refuses unknown ones.
[[nodiscard]] result<gru4rec_options> gru4rec_options_from(const parameters& given);
[[nodiscard]] parameters to_parameters(const gru4rec_options& options);

struct gru4rec_layer {
  matrix<float> input;      // Wx
  matrix<float> recurrent;  // Wh
  std::vector<float> bias;  // b
};

struct gru4rec_weights {
  matrix<float> embedding;  // E; no rows where shared
  std::vector<gru4rec_layer> layers;
  matrix<float> output;            // Wy
  std::vector<float> output_bias;  // by
};

/// Uniform within +- sqrt(6 / (rows + columns)) for each matrix, a gate at a time; biases 0.
[[nodiscard]] gru4rec_weights initial_gru4rec_weights(std::size_t items, const gru4rec_options& options,
                                                      std::uint64_t seed);

/// What goes wrong where the arrays do not fit together, naming them; nothing where they do.
[[nodiscard]] status validate(const gru4rec_weights& weights);

struct gru4rec_trained {
  gru4rec_weights weights;
  /// Mean of the loss over the predictions of each epoch that was run.
  std::vector<double> loss;
};

/// `items`: rows of the catalogue. Without events the parameters stay as they start. When the progress callback stops
/// it, what the epochs so far gave.
[[nodiscard]] result<gru4rec_trained> train_gru4rec(const event_sequences& sequences, std::size_t items,
                                                    const gru4rec_options& options, const training_context& context);

/// What train_gru4rec needs at its peak, its input and output included.
[[nodiscard]] std::uint64_t gru4rec_memory_bytes(const data_size& size, const gru4rec_options& options);

/// The family behind `freshet train gru4rec`.
[[nodiscard]] trainer gru4rec_trainer();

inline constexpr std::size_t gru4rec_events_max = 256;

class gru4rec_network;

/// Serves the output embedding; the query is the hidden state after the current session.
class gru4rec_model final : public model {
 public:
  /// `weights` are valid and finite; of `options` only `sequences` and `score_scale` play a part.
  gru4rec_model(gru4rec_weights weights, const gru4rec_options& options);
  ~gru4rec_model() override;

  std::string_view type() const override { return "gru4rec"; }
  std::size_t items() const override { return weights_.output.rows(); }
  std::size_t factors() const override { return weights_.output.columns(); }
  item_scores scores() const override;
  /// Zeros where the sequence is empty: the ranking is that of by.
  query fold_in(const user_interactions& user) const override;
  /// Cosine of the rows of Wy.
  query similar_to(item_row item) const override;
  item_scores similarity_scores() const override;

  const gru4rec_options& options() const { return options_; }
  const gru4rec_weights& weights() const { return weights_; }

 private:
  gru4rec_options options_;
  gru4rec_weights weights_;
  std::unique_ptr<const gru4rec_network> network_;
  /// Rows of Wy at length 1, or 0.
  matrix<float> directions_;
};

}  // namespace freshet

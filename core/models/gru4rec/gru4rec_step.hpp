// What:    the parameters in training, and the loss of one minibatch with its gradient.
// Shapes:  rows padded to 16 floats; the padding is 0 and stays 0.
// Dropout: of the input embedding and of what each layer gives to what stands above it, not of the state that a layer
//          carries on; what is kept is scaled by 1 / (1 - dropout).
#pragma once

#include <vector>

#include "core/models/gru4rec/gru4rec_batches.hpp"
#include "core/models/gru4rec/gru4rec_candidates.hpp"
#include "core/models/gru4rec/gru4rec_network.hpp"
#include "core/models/gru4rec/gru4rec_output.hpp"

namespace freshet {

class gru4rec_parameters {
 public:
  explicit gru4rec_parameters(const gru4rec_weights& from);

  gru4rec_weights without_padding() const;

  std::size_t items() const { return items_; }
  bool shared_embedding() const { return shared_; }
  std::size_t inputs() const { return network.layers().front().inputs(); }
  std::size_t input_width() const { return network.layers().front().input_width(); }
  std::size_t units() const { return network.layers().back().units(); }
  std::size_t width() const { return network.layers().back().width(); }
  /// Rows of E, which are those of Wy where shared.
  float* embedding() { return shared_ ? output.data() : own_embedding_.data(); }

  gru4rec_network network;
  aligned_floats output;  // [items x width]
  aligned_floats bias;    // [items]

 private:
  std::size_t items_;
  bool shared_;
  aligned_floats own_embedding_;
};

class gru4rec_step {
 public:
  gru4rec_step(const gru4rec_parameters& learned, const gru4rec_options& options, std::size_t threads);

  /// Sum of the losses of the batch; leaves the gradient of their mean in the members below. `random` draws candidates
  /// and dropout.
  double run(gru4rec_parameters& learned, const candidate_sampler& sampler, const session_batch& batch,
             random_source& random);

  std::vector<padded_layer> layers;
  /// Of Wy, and of E where shared; the first `candidates` have a gradient of by.
  touched_rows output;
  std::size_t candidates = 0;
  aligned_floats bias;
  /// Of E where it is not shared.
  touched_rows embedding;

 private:
  void gather_inputs(gru4rec_parameters& learned, const session_batch& batch);
  void draw_candidates(const candidate_sampler& sampler, const session_batch& batch, random_source& random);
  void scatter_input_gradients(const session_batch& batch, std::size_t width);

  float score_scale_;
  double keep_hidden_;
  double keep_input_;
  bool shared_;
  std::vector<layer_pass> passes_;
  output_pass output_pass_;
  /// Index l: into layer l; the last one into the output. Values, masks, gradients.
  std::vector<aligned_floats> values_;
  std::vector<aligned_floats> masks_;
  std::vector<aligned_floats> gradients_;
  std::vector<float> scales_;  // of each row of the output's values
  std::vector<std::uint32_t> targets_;
  std::vector<std::uint32_t> slots_;
};

}  // namespace freshet

// What:    the output layer with its loss: scores of a minibatch's candidates, and the gradients of the hidden states
//          and of the candidates' rows.
// Shapes:  hidden [rows x width]; candidates in slots, see gru4rec_candidates.hpp.
// Same:    blocks and groups of candidates have sizes of their own and are added in order: the number of threads
//          changes no byte.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/models/als/least_squares.hpp"
#include "core/models/gru4rec/gru4rec.hpp"
#include "core/models/gru4rec/gru4rec_candidates.hpp"
#include "core/models/gru4rec/gru4rec_kernels.hpp"

namespace freshet {

struct output_parameters {
  const float* rows{};         // Wy [items x width]
  const float* bias{};         // by [items]
  const float* corrections{};  // [items]
};

/// What is to be predicted after each hidden state.
struct wanted_items {
  std::span<const std::uint32_t> slots;  // of the targets among the candidates
  std::span<const std::uint8_t> active;  // 0: nothing
};

class output_pass {
 public:
  struct size {
    std::size_t width{};
    std::size_t rows_max{};
    std::size_t candidates_max{};
  };
  output_pass(const size& of, const gru4rec_options& options, std::size_t threads);

  /// Sum of the losses. Overwrites hidden_gradient [rows x width] and the candidates' gradients with the gradients of
  /// their mean over what is active, and bias_gradient [candidates].
  double run(const output_parameters& layer, const float* hidden, const wanted_items& wanted, touched_rows& candidates,
             float* hidden_gradient, float* bias_gradient);

 private:
  struct task;
  void score(const task& of, std::size_t block);
  void weigh_cross_entropy(const task& of, std::size_t lane);
  void weigh_bpr_max(const task& of, std::size_t lane);
  void differentiate(const task& of, std::size_t block, float* hidden_gradient);
  float* of_block(aligned_floats& values, std::size_t block) const { return values.data() + block * lanes_; }

  bool whole_catalogue_;  // the candidates are all items in order: their rows lie together
  gru4rec_loss loss_;
  double regularization_;
  const gru4rec_kernels* kernels_;
  std::size_t threads_;
  std::size_t width_;
  std::size_t lanes_ = 0;  // rows rounded up to 16
  std::size_t lanes_max_;
  aligned_floats hidden_transposed_;  // [width x lanes]
  aligned_floats rows_;               // [candidates x width], where they do not lie together
  aligned_floats scores_;             // [candidates x lanes]
  aligned_floats exponentials_;       // the same, bpr_max
  aligned_floats targets_;            // [lanes] scores of the targets
  aligned_floats target_gradients_;   // [lanes]
  std::vector<double> losses_;
  /// [blocks x lanes] each: maxima and sums of a block, then what its scores are weighed with.
  aligned_floats maxima_, weights_, preferred_, slopes_, squares_;
  aligned_floats group_gradients_;  // [groups x rows x width]
};

}  // namespace freshet

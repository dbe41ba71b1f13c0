#include "core/models/gru4rec/gru4rec_output.hpp"

#include <algorithm>
#include <cmath>

#include "core/models/parallel.hpp"

namespace freshet {
namespace {

constexpr std::size_t block_rows = 128;
constexpr std::size_t groups_max = 8;
/// Rows of candidates lie anywhere in the memory; so many are on their way.
constexpr std::size_t ahead = 4;
/// Below this many scores threads cost more than they save.
constexpr std::size_t scores_shared = 64 * 1024;

void prefetch(const float* row, std::size_t width) {
  for (std::size_t k = 0; k < width; k += 16) __builtin_prefetch(row + k);
}

std::size_t blocks_of(std::size_t candidates) {
  return (candidates + block_rows - 1) / block_rows;
}

}  // namespace

struct output_pass::task {
  const output_parameters& layer;
  const float* hidden;
  const wanted_items& wanted;
  touched_rows& candidates;
  float* bias_gradient;
  float weight;

  std::size_t rows() const { return wanted.slots.size(); }
  std::size_t first(std::size_t block) const { return block * block_rows; }
  std::size_t count(std::size_t block) const { return std::min(block_rows, candidates.size() - first(block)); }
};

output_pass::output_pass(const size& of, const gru4rec_options& options, std::size_t threads)
    : whole_catalogue_(options.n_sample == 0),
      loss_(options.loss),
      regularization_(options.bpr_max_regularization),
      kernels_(&best_gru4rec_kernels()),
      threads_(threads),
      width_(of.width),
      lanes_max_(padded_width(of.rows_max)),
      hidden_transposed_(of.width * lanes_max_),
      rows_(options.n_sample == 0 ? 0 : of.candidates_max * of.width),
      scores_(of.candidates_max * lanes_max_),
      exponentials_(loss_ == gru4rec_loss::bpr_max ? of.candidates_max * lanes_max_ : 0),
      targets_(lanes_max_),
      target_gradients_(lanes_max_),
      losses_(lanes_max_),
      maxima_(blocks_of(of.candidates_max) * lanes_max_),
      weights_(blocks_of(of.candidates_max) * lanes_max_),
      preferred_(blocks_of(of.candidates_max) * lanes_max_),
      slopes_(blocks_of(of.candidates_max) * lanes_max_),
      squares_(blocks_of(of.candidates_max) * lanes_max_),
      group_gradients_(groups_max * of.rows_max * of.width) {}

/// Scores of a block's candidates, and their exponentials against the largest of the block.
void output_pass::score(const task& of, std::size_t block) {
  const std::size_t first = of.first(block);
  const std::size_t count = of.count(block);
  float* scores = scores_.data() + first * lanes_;
  for (std::size_t slot = first; slot < first + count; ++slot) {
    const std::size_t item = of.candidates.items()[slot];
    const float* row = of.layer.rows + item * width_;
    if (!whole_catalogue_ && slot + ahead < first + count) {
      prefetch(of.layer.rows + of.candidates.items()[slot + ahead] * width_, width_);
    }
    if (!whole_catalogue_) std::copy_n(row, width_, rows_.data() + slot * width_);
    std::fill_n(scores_.data() + slot * lanes_, lanes_, of.layer.bias[item] - of.layer.corrections[item]);
  }
  kernels_->multiply({.a = (whole_catalogue_ ? of.layer.rows : rows_.data()) + first * width_,
                      .a_row = width_,
                      .b = hidden_transposed_.data(),
                      .b_stride = lanes_,
                      .c = scores,
                      .c_stride = lanes_,
                      .rows = count,
                      .inner = width_,
                      .columns = lanes_});
  if (loss_ == gru4rec_loss::cross_entropy) {
    for (std::size_t lane = 0; lane < of.rows(); ++lane) {
      const std::size_t slot = of.wanted.slots[lane];
      if (slot >= first && slot < first + count) targets_.data()[lane] = scores_.data()[slot * lanes_ + lane];
    }
    kernels_->exponentials({scores, count, lanes_}, of_block(maxima_, block), of_block(weights_, block));
    return;
  }
  for (std::size_t lane = 0; lane < of.rows(); ++lane) {
    const std::size_t slot = of.wanted.slots[lane];
    if (slot >= first && slot < first + count) scores_.data()[slot * lanes_ + lane] = absent_score;
  }
  kernels_->bpr_max_terms({scores, count, lanes_}, targets_.data(), exponentials_.data() + first * lanes_,
                          {of_block(maxima_, block), of_block(weights_, block), of_block(preferred_, block),
                           of_block(slopes_, block), of_block(squares_, block)});
}

/// -log softmax: gradient p_j - [j is the target].
void output_pass::weigh_cross_entropy(const task& of, std::size_t lane) {
  const std::size_t blocks = blocks_of(of.candidates.size());
  const bool active = lane < of.rows() && of.wanted.active[lane] != 0;
  float maximum = absent_score;
  for (std::size_t b = 0; b < blocks; ++b) maximum = std::max(maximum, of_block(maxima_, b)[lane]);
  double sum = 0;
  for (std::size_t b = 0; b < blocks; ++b) {
    float& scale = of_block(maxima_, b)[lane];
    scale = std::exp(scale - maximum);
    sum += double{scale} * of_block(weights_, b)[lane];
  }
  const float weight = active ? static_cast<float>(of.weight / sum) : 0;
  for (std::size_t b = 0; b < blocks; ++b) of_block(weights_, b)[lane] = weight * of_block(maxima_, b)[lane];
  target_gradients_.data()[lane] = active ? -of.weight : 0;
  losses_[lane] = active ? double{maximum} + std::log(sum) - targets_.data()[lane] : 0;
}

/// With A = sum p_j s_j, S = sum p_j s_j (1 - s_j), Q = sum p_j r_j^2: gradient of -log A + l Q by r_j
///   p_j (-(s_j - A) / A + s_j (1 - s_j) / A + l (r_j^2 + 2 r_j - Q)),   by the target's -S / A.
void output_pass::weigh_bpr_max(const task& of, std::size_t lane) {
  const std::size_t blocks = blocks_of(of.candidates.size());
  const bool active = lane < of.rows() && of.wanted.active[lane] != 0;
  float maximum = absent_score;
  for (std::size_t b = 0; b < blocks; ++b) maximum = std::max(maximum, of_block(maxima_, b)[lane]);
  double sum = 0, preferred = 0, slopes = 0, squares = 0;
  for (std::size_t b = 0; b < blocks; ++b) {
    float& scale = of_block(maxima_, b)[lane];
    scale = std::exp(scale - maximum);
    sum += double{scale} * of_block(weights_, b)[lane];
    preferred += double{scale} * of_block(preferred_, b)[lane];
    slopes += double{scale} * of_block(slopes_, b)[lane];
    squares += double{scale} * of_block(squares_, b)[lane];
  }
  // The target alone among the candidates: nothing to learn.
  const bool counts = active && sum > 0;
  const double a = std::max(preferred / (counts ? sum : 1), 1e-30);
  const double q = squares / (counts ? sum : 1);
  for (std::size_t b = 0; b < blocks; ++b) {
    const double weight = counts ? double{of.weight} * of_block(maxima_, b)[lane] / sum : 0;
    of_block(weights_, b)[lane] = static_cast<float>(weight * (1 - regularization_ * q));
    of_block(preferred_, b)[lane] = static_cast<float>(-weight / a);
    of_block(slopes_, b)[lane] = static_cast<float>(weight / a);
    of_block(squares_, b)[lane] = static_cast<float>(weight * regularization_);
  }
  target_gradients_.data()[lane] = counts ? static_cast<float>(-double{of.weight} * slopes / sum / a) : 0;
  losses_[lane] = counts ? regularization_ * q - std::log(a) : 0;
}

/// Gradients of a block's scores, then of its rows and of the hidden states.
void output_pass::differentiate(const task& of, std::size_t block, float* hidden_gradient) {
  const std::size_t first = of.first(block);
  const std::size_t count = of.count(block);
  const score_block scores{scores_.data() + first * lanes_, count, lanes_};
  if (loss_ == gru4rec_loss::cross_entropy) {
    kernels_->scale(scores, of_block(weights_, block), of.bias_gradient + first);
  } else {
    kernels_->bpr_max_gradient(scores, exponentials_.data() + first * lanes_,
                               {targets_.data(), of_block(weights_, block), of_block(preferred_, block),
                                of_block(slopes_, block), of_block(squares_, block)},
                               of.bias_gradient + first);
  }
  for (std::size_t lane = 0; lane < of.rows(); ++lane) {
    const std::size_t slot = of.wanted.slots[lane];
    if (slot < first || slot >= first + count) continue;
    scores_.data()[slot * lanes_ + lane] += target_gradients_.data()[lane];
    of.bias_gradient[slot] += target_gradients_.data()[lane];
  }
  kernels_->multiply({.a = scores.scores,
                      .a_row = 1,
                      .a_column = lanes_,
                      .b = (whole_catalogue_ ? of.layer.rows : rows_.data()) + first * width_,
                      .b_stride = width_,
                      .c = hidden_gradient,
                      .c_stride = width_,
                      .rows = of.rows(),
                      .inner = count,
                      .columns = width_});
  kernels_->multiply({.a = scores.scores,
                      .a_row = lanes_,
                      .b = of.hidden,
                      .b_stride = width_,
                      .c = of.candidates.gradient(first),
                      .c_stride = width_,
                      .rows = count,
                      .inner = of.rows(),
                      .columns = width_,
                      .fresh = true});
}

double output_pass::run(const output_parameters& layer, const float* hidden, const wanted_items& wanted,
                        touched_rows& candidates, float* hidden_gradient, float* bias_gradient) {
  const auto active = std::count(wanted.active.begin(), wanted.active.end(), 1);
  const std::size_t rows = wanted.slots.size();
  const task of{layer, hidden, wanted, candidates, bias_gradient, 1.0F / static_cast<float>(active)};
  lanes_ = padded_width(rows);
  for (std::size_t k = 0; k < width_; ++k) {
    float* lanes = hidden_transposed_.data() + k * lanes_;
    for (std::size_t row = 0; row < rows; ++row) lanes[row] = hidden[row * width_ + k];
    std::fill(lanes + rows, lanes + lanes_, 0.0F);
  }
  for (std::size_t row = 0; loss_ == gru4rec_loss::bpr_max && row < rows; ++row) {
    const std::size_t item = candidates.items()[wanted.slots[row]];
    float score = layer.bias[item] - layer.corrections[item];
    for (std::size_t k = 0; k < width_; ++k) score += layer.rows[item * width_ + k] * hidden[row * width_ + k];
    targets_.data()[row] = score;
  }

  const std::size_t blocks = blocks_of(candidates.size());
  const std::size_t groups = std::min(groups_max, blocks);
  const std::size_t threads = candidates.size() * lanes_ < scores_shared ? 1 : threads_;
  const auto for_blocks = [&](const auto& work) {
    parallel_for(groups, threads, [&](std::size_t group, std::size_t) {
      for (std::size_t b = blocks * group / groups; b < blocks * (group + 1) / groups; ++b) work(b, group);
    });
  };
  for_blocks([&](std::size_t block, std::size_t) { score(of, block); });
  for (std::size_t lane = 0; lane < lanes_; ++lane) {
    loss_ == gru4rec_loss::cross_entropy ? weigh_cross_entropy(of, lane) : weigh_bpr_max(of, lane);
  }
  const std::size_t floats = rows * width_;
  std::fill_n(group_gradients_.data(), groups * floats, 0.0F);
  for_blocks([&](std::size_t block, std::size_t group) {
    differentiate(of, block, group_gradients_.data() + group * floats);
  });
  std::copy_n(group_gradients_.data(), floats, hidden_gradient);
  for (std::size_t group = 1; group < groups; ++group) {
    const float* partial = group_gradients_.data() + group * floats;
    for (std::size_t k = 0; k < floats; ++k) hidden_gradient[k] += partial[k];
  }
  double loss = 0;
  for (std::size_t row = 0; row < rows; ++row) loss += losses_[row];
  return loss;
}

}  // namespace freshet

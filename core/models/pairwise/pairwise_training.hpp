// What:    the factors of pairwise learning while they are learnt, and an epoch of steps over all blocks.
// Why:     bpr and lightfm differ in what they do between epochs and in what they serve; the steps are the same.
// Shapes:  rows of `width` floats, factors rounded up to 16, whose tail is 0.
// Same:    same data, options and seed give the same bytes on one machine, whatever the number of threads.
// Source:  as pairwise_blocks.hpp and pairwise_kernels.hpp.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "core/data/interaction_matrix.hpp"
#include "core/linalg/matrix_view.hpp"
#include "core/models/als/least_squares.hpp"
#include "core/models/pairwise/pairwise_blocks.hpp"
#include "core/models/pairwise/pairwise_kernels.hpp"
#include "core/models/training.hpp"

namespace freshet {

enum class pairwise_loss { bpr, logistic, warp };
enum class pairwise_optimizer { sgd, adagrad };

struct pairwise_options {
  std::uint32_t factors{};
  pairwise_loss loss = pairwise_loss::bpr;
  pairwise_optimizer optimizer = pairwise_optimizer::sgd;
  double user_regularization{};
  double item_regularization{};
  /// Candidates for the negative, of which the loss picks one.
  std::uint32_t candidates = 1;
  /// Sums the items' gradients for what is shared between items.
  bool keep_gradients = false;
};

/// Users or items.
struct pairwise_side {
  pairwise_side(std::size_t rows, std::size_t columns, const pairwise_options& options);
  float* row(std::size_t index) { return factors.data() + index * width; }
  const float* row(std::size_t index) const { return factors.data() + index * width; }

  std::size_t count;
  std::size_t columns;
  std::size_t width;
  aligned_floats factors;
  aligned_floats bias;
  /// Begin at 1, so that first steps are no longer than the learning rate times the gradient.
  aligned_floats squares;
  aligned_floats bias_squares;
  aligned_floats gradients;
  aligned_floats bias_gradients;
};

class pairwise_training {
 public:
  /// Factors start normally distributed with `deviation` / sqrt(factors), those of users without entries at 0, biases
  /// at 0. `entries` must outlive it.
  pairwise_training(const interaction_matrix& entries, const pairwise_options& options, std::uint64_t seed,
                    std::size_t threads);

  /// Factors and biases of the rows that `known` knows, instead of random ones. Of the same number of factors.
  void begin_from(const warm_start& known);
  /// One pass over all entries. Returns the mean loss of a sample; 0 where there are none.
  /// `between_rounds(share)`: called after each round with the share of the epoch that is done.
  double run_epoch(std::uint32_t epoch, double learning_rate,
                   const std::function<void(double share)>& between_rounds = {});

  pairwise_side& users() { return users_; }
  pairwise_side& items() { return items_; }
  const pairwise_side& users() const { return users_; }
  const pairwise_side& items() const { return items_; }

  [[nodiscard]] static std::uint64_t memory_bytes(std::uint64_t users, std::uint64_t items, std::uint64_t entries,
                                                  const pairwise_options& options, std::size_t threads);

 private:
  pairwise_options options_;
  std::size_t threads_;
  pairwise_blocks blocks_;
  pairwise_side users_;
  pairwise_side items_;
  std::vector<pairwise_samples> samples_;
};

[[nodiscard]] bool is_finite(const pairwise_training& training);

/// Rows without their padding.
[[nodiscard]] matrix<float> factors_of(const pairwise_side& side);
[[nodiscard]] std::vector<float> biases_of(const pairwise_side& side);

}  // namespace freshet

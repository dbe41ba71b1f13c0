// What:    the inner loops of pairwise learning: stochastic gradient steps over a list of (user, positive, negatives),
//          one set per instruction set, chosen once at run time.
// Score:   s(u, i) = x_u . y_i + b_i; d = s(u, i) - s(u, j), with j the negative that the loss picks:
//          bpr       j = the highest-scored of the candidates; loss ln(1 + e^-d)          (Rendle et al. 2009, eq. 5)
//          logistic  j likewise; loss ln(1 + e^-s(u, i)) + ln(1 + e^s(u, j)), s with the user's bias
//          warp      j = the first candidate, the t-th, with d < 1; loss w (1 - d), w = ln of max(1, floor((items - 1)
//                    / t)), the rank of i as t suggests it, at most 10; no such j: no step (Weston 2011, algorithm 1)
// Steps:   sgd        v += rate (g - l v)
//          adagrad    h += (g - l v)^2 per element, then v += rate (g - l v) / sqrt(h)      (Duchi 2011)
//          with g the negative gradient of the loss. Every element of a step is computed from values before it.
// Shapes:  rows of `width` floats, a multiple of 16, whose tail is 0.
// Threads: a task writes the rows its samples name, and nothing else.
// Loss:    NaN when a factor is not finite.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace freshet {

/// Users or items.
struct pairwise_rows {
  float* factors{};
  float* bias{};
  /// h of the factors and the biases; null for sgd.
  float* squares{};
  float* bias_squares{};
  /// Sums of g, for what is shared between rows; null where nobody asks.
  float* gradients{};
  float* bias_gradients{};
  /// l
  float regularization{};
};

struct pairwise_task {
  pairwise_rows users;
  pairwise_rows items;
  const std::uint32_t* sample_users{};
  const std::uint32_t* positives{};
  const std::uint32_t* negatives{};  // [count x candidates]
  std::size_t count{};
  std::size_t candidates{};
  std::size_t width{};
  /// Items of the catalogue, for the rank of warp.
  std::size_t items_total{};
  float learning_rate{};
};

struct pairwise_kernels {
  /// "portable", "avx2", "avx512".
  std::string_view name;

  /// Each goes through the samples in their order and returns the sum of their losses before their steps.
  double (*bpr_sgd)(const pairwise_task& task);
  double (*bpr_adagrad)(const pairwise_task& task);
  double (*logistic_adagrad)(const pairwise_task& task);
  double (*warp_adagrad)(const pairwise_task& task);
};

/// The fastest set that this machine runs.
[[nodiscard]] const pairwise_kernels& best_pairwise_kernels();

/// Every set that this machine runs, the fastest first.
[[nodiscard]] std::span<const pairwise_kernels* const> available_pairwise_kernels();

}  // namespace freshet

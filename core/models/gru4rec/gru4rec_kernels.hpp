// What:    the inner loops of a recurrent network over items, one set per instruction set, chosen once at run time.
// Why:     the products are small (64 sessions x 100 units) and sit between fused passes over memory that is still in
//          the cache; a library's product would add its own threads to ours and depend on their number.
// Shapes:  rows are padded with 0 to `padded_width`; lanes (sessions) to a multiple of 16. Gates stand as [r | z | n],
//          each of `width` floats. Scores are [items x lanes]: a softmax over items is then a loop over rows.
// Threads: pure functions. Alignment: none required.
// Source:  Cho et al. 2014 with the reset after the product, as in Hidasi's own second implementation:
//          r = s(x Wr + h Ur + br), z = s(x Wz + h Uz + bz), n = tanh(x Wn + bn + r * (h Un)), h' = (1 - z) h + z n
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace freshet {

/// C [rows x columns] += A [rows x inner] B [inner x columns], or = where `fresh`. columns: a multiple of 16.
/// a(i, k) = a[i x a_row + k x a_column], so that A may stand transposed.
struct product {
  const float* a{};
  std::size_t a_row{};
  std::size_t a_column = 1;
  const float* b{};
  std::size_t b_stride{};
  float* c{};
  std::size_t c_stride{};
  std::size_t rows{};
  std::size_t inner{};
  std::size_t columns{};
  bool fresh = false;
};

/// One step of one lane, going forward.
struct gates_forward {
  float* gates{};            // in: x W + b; out: r, z, n
  const float* recurrent{};  // h U
  const float* previous{};   // h
  float* state{};            // out: h'
  std::size_t width{};
};

/// The same step, going back.
struct gates_backward {
  const float* gates{};         // r, z, n
  const float* recurrent{};     // h U
  const float* previous{};      // h
  const float* gradient{};      // of h'
  float* input_gradient{};      // out: of x W + b, [3 x width]
  float* recurrent_gradient{};  // out: of h U, [3 x width]
  float* previous_gradient{};   // out: of h, without the path through h U
  std::size_t width{};
};

/// A block of scores [rows x lanes], back to back.
struct score_block {
  float* scores{};
  std::size_t rows{};
  std::size_t lanes{};
};

/// Scores at or below this count as absent: their exponential is 0.
inline constexpr float absent_score = -1e30F;

/// BPR-max of a block, by lane: sums over the block's items j of e_j = exp(r_j - maximum) times 1, s_j = s(target -
/// r_j), s_j (1 - s_j), r_j^2.
struct bpr_max_sums {
  float* maxima{};
  float* weights{};
  float* preferred{};
  float* slopes{};
  float* squares{};
};

/// By lane: gradient of score j = e_j (constant + preferred s_j + slope s_j (1 - s_j) + regularization (r_j^2 + 2
/// r_j)), which is 0 for the target, whose e is 0.
struct bpr_max_factors {
  const float* target{};
  const float* constant{};
  const float* preferred{};
  const float* slope{};
  const float* regularization{};
};

struct adagrad_step {
  float learning_rate{};
  float momentum{};
  float epsilon{};
};
struct adam_step {
  /// Learning rate with the bias corrections of this step in it.
  float learning_rate{};
  float beta1{};
  float beta2{};
  float epsilon{};
};

struct gru4rec_kernels {
  /// "portable", "avx2", "avx512".
  std::string_view name;

  void (*multiply)(const product& of);
  void (*step_forward)(const gates_forward& of);
  void (*step_backward)(const gates_backward& of);

  /// scores = exp(scores - maximum of the lane in this block); writes maxima and sums [lanes].
  void (*exponentials)(const score_block& block, float* maxima, float* sums);
  /// scores x= factors of the lane; row_sums [rows] = sums over lanes.
  void (*scale)(const score_block& block, const float* factors, float* row_sums);

  /// exponentials [rows x lanes] out; scores stay.
  void (*bpr_max_terms)(const score_block& block, const float* target, float* exponentials, const bpr_max_sums& sums);
  /// scores = gradients; row_sums [rows] = sums over lanes.
  void (*bpr_max_gradient)(const score_block& block, const float* exponentials, const bpr_max_factors& factors,
                           float* row_sums);

  /// s += g^2, w -= rate g / sqrt(s + epsilon); with a velocity v (may be null): v = momentum v - that step, w += v.
  /// count: a multiple of 16.
  void (*adagrad)(const adagrad_step& step, const float* gradient, float* weights, float* squares, float* velocity,
                  std::size_t count);
  /// m += (1 - beta1) (g - m), s += (1 - beta2) (g^2 - s), w -= rate m / sqrt(s + epsilon^2). count as
  /// above.
  void (*adam)(const adam_step& step, const float* gradient, float* weights, float* squares, float* mean,
               std::size_t count);
};

/// The fastest set that this machine runs.
[[nodiscard]] const gru4rec_kernels& best_gru4rec_kernels();

/// Every set that this machine runs, the fastest first.
[[nodiscard]] std::span<const gru4rec_kernels* const> available_gru4rec_kernels();

}  // namespace freshet

// What:   the operations guide's hybrid reranking: the best candidates of a model put into the order of a weighted sum
//         of the model's score, likeness to what the user touched, popularity and quality; then the diversity penalty.
// How:    n(x) = (clip(x, low, high) - low) / (high - low), .5 where high = low: cf with the model's own range, content
//         (cosine with the profile) [-1, 1], popularity [0, 6], quality [1, 5]. final = sum of weight x n.
//         Diversity: visit by final, best first; s = largest cosine with what was visited before; above the threshold t
//         final *= 1 - penalty x (s - t) / (1 - t). Sorted once more.
// Missing: cf and content without a value count .5: a user without a profile, an item without content.
// Order:  final descending, then the model's score descending, then row ascending: the order in which the candidates
//         are given does not matter.
// Threads: pure functions.
// Cost:   candidates x d for the signals, candidates^2 / 2 x d for the penalty: 50 candidates of 128 numbers take about
//         15 us.
// Source: operations guide, "Hybrid reranking" and its rollback presets.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "core/linalg/matrix_view.hpp"
#include "core/ranking/reranking/item_signals.hpp"
#include "core/ranking/top_k.hpp"

namespace freshet {

struct value_range {
  float low{};
  float high{};
};

/// 0..1; .5 where the range is empty or `value` is no number.
[[nodiscard]] float normalized(float value, const value_range& range);

inline constexpr value_range content_range{-1, 1};
inline constexpr value_range popularity_range{0, 6};
inline constexpr value_range quality_range{1, 5};

/// One number for each signal.
struct signal_values {
  float cf{};
  float content{};
  float popularity{};
  float quality{};

  friend bool operator==(const signal_values&, const signal_values&) = default;
};
inline constexpr signal_values weights_trainable_default{.30F, .40F, .20F, .10F};
inline constexpr signal_values weights_cold_start_default{0, .60F, .30F, .10F};

struct diversity_penalty {
  bool enabled = true;
  float penalty = .1F;
  /// Below 1.
  float threshold = .85F;
};

struct rerank_options {
  signal_values weights = weights_trainable_default;
  value_range cf_range;
  diversity_penalty diversity;
};

struct reranked_row {
  item_row row{};
  /// After the penalty.
  float final_score{};
  signal_values signals;
  signal_values normalized;
};

/// Best first; as many as candidates. `profile` is the user's, or empty when nothing is known of the user's content.
[[nodiscard]] std::vector<reranked_row> rerank_hybrid(std::span<const scored_row> candidates,
                                                      std::span<const float> profile, const item_signals_view& known,
                                                      const rerank_options& options);

/// What is left of a score when the most alike of the items before has cosine `similarity`.
[[nodiscard]] float penalized(float score, float similarity, const diversity_penalty& options);

/// Scores of the cold-start scan, content_weight x n(cosine) + popularity_weight x n(popularity), are products with
/// the content rows: `query` = profile x content_weight / 2, and `bias` holds what does not depend on the user.
struct cold_start_weights {
  float content = .7F;
  float popularity = .3F;
};
[[nodiscard]] std::vector<float> cold_start_bias(const item_signals_view& known, const cold_start_weights& weights);
[[nodiscard]] std::vector<float> cold_start_factors(std::span<const float> profile, const cold_start_weights& weights);

}  // namespace freshet

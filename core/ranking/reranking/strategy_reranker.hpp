// What:   the reranking of GET /recommend and /similar-items: relevance with variety, rarity or popularity, and the
//         reason that a sentence of explanation is made of.
// How:    each component is min-max scaled over the candidates: relevance = the model's score; popularity = ln(1 +
//         count); novelty = -log2((count + 1) / (total + items)); diversity = 1 - largest cosine with those already
//         placed, its range that of all pairs of candidates. Each place goes to the largest weighted sum; what is
//         placed makes no other candidate more diverse, so the sums descend. `hybrid` uses all four; the others
//         relevance and their own, their two weights scaled to a sum of 1.
// Order:  ties go to the higher score of the model, then to the lower row.
// Cost:   candidates^2 / 2 x d.
#pragma once

#include <span>
#include <vector>

#include "core/ranking/reranking/item_signals.hpp"
#include "core/ranking/top_k.hpp"

namespace freshet {

enum class rerank_strategy { hybrid, diversity, novelty, popularity };

struct component_values {
  float relevance{};
  float diversity{};
  float novelty{};
  float popularity{};

  friend bool operator==(const component_values&, const component_values&) = default;
};
inline constexpr component_values component_weights_default{.4F, .2F, .2F, .2F};

/// How many candidates a list of k is chosen from.
constexpr std::size_t strategy_candidates(std::size_t k) {
  return 3 * k > 100 ? 3 * k : 100;
}

/// The weights that a strategy uses of those given; all 0 where what it uses sums to 0.
[[nodiscard]] component_values weights_of(rerank_strategy strategy, const component_values& given);

enum class rerank_reason { relevance, diversity, novelty, popularity };

struct placed_row {
  item_row row{};
  /// The model's.
  float relevance{};
  /// The weighted sum when it was placed.
  float score{};
  /// The component that added most; relevance among equals.
  rerank_reason reason{};
};

/// At most k of the candidates, in their new order. `likeness`: content, or a model's own rows where there is none.
[[nodiscard]] std::vector<placed_row> rerank_by_strategy(std::span<const scored_row> candidates,
                                                         const item_signals_view& known,
                                                         matrix_view<const float> likeness,
                                                         const component_values& weights, std::size_t k);

}  // namespace freshet

#include "core/ranking/reranking/strategy_reranker.hpp"

#include <algorithm>
#include <cmath>

#include "core/linalg/kernels.hpp"
#include "core/ranking/reranking/greedy_placement.hpp"
#include "core/ranking/reranking/hybrid_reranker.hpp"

namespace freshet {
namespace {

struct scaled_components {
  std::vector<float> relevance;
  std::vector<float> novelty;
  std::vector<float> popularity;

  /// All but diversity, which depends on what was placed.
  component_values at(std::size_t i) const { return {relevance[i], 0, novelty[i], popularity[i]}; }
};

scaled_components components_of(std::span<const scored_row> candidates, const item_signals_view& known) {
  scaled_components all;
  const double rarest = known.interactions_total + static_cast<double>(known.items());
  for (const auto& each : candidates) {
    const double count = known.interactions[to_integer(each.row)];
    all.relevance.push_back(each.score);
    all.popularity.push_back(static_cast<float>(std::log1p(count)));
    all.novelty.push_back(static_cast<float>(-std::log2((count + 1) / rarest)));
  }
  scale_to_unit_range(all.relevance);
  scale_to_unit_range(all.popularity);
  scale_to_unit_range(all.novelty);
  return all;
}

/// The smallest and the largest cosine between two candidates.
value_range cosines_of(std::span<const scored_row> candidates, matrix_view<const float> likeness) {
  value_range range{1, -1};
  for (std::size_t i = 0; i < candidates.size() && likeness.columns() > 0; ++i) {
    const auto content = likeness.row(to_integer(candidates[i].row));
    for (std::size_t j = 0; j < i; ++j) {
      const auto other = likeness.row(to_integer(candidates[j].row));
      const float cosine = best_kernels().dot(content.data(), other.data(), other.size());
      range = {std::min(range.low, cosine), std::max(range.high, cosine)};
    }
  }
  return range;
}

component_values weighted(const component_values& w, const component_values& n) {
  return {w.relevance * n.relevance, w.diversity * n.diversity, w.novelty * n.novelty, w.popularity * n.popularity};
}

float sum_of(const component_values& v) {
  return v.relevance + v.diversity + v.novelty + v.popularity;
}

rerank_reason largest(const component_values& added) {
  const float most = std::max({added.relevance, added.diversity, added.novelty, added.popularity});
  if (added.relevance == most) return rerank_reason::relevance;
  if (added.diversity == most) return rerank_reason::diversity;
  return added.novelty == most ? rerank_reason::novelty : rerank_reason::popularity;
}

}  // namespace

component_values weights_of(rerank_strategy strategy, const component_values& given) {
  component_values used = given;
  if (strategy == rerank_strategy::hybrid) return used;
  if (strategy != rerank_strategy::diversity) used.diversity = 0;
  if (strategy != rerank_strategy::novelty) used.novelty = 0;
  if (strategy != rerank_strategy::popularity) used.popularity = 0;
  const float sum = sum_of(used);
  if (!(sum > 0)) return used;
  return {used.relevance / sum, used.diversity / sum, used.novelty / sum, used.popularity / sum};
}

std::vector<placed_row> rerank_by_strategy(std::span<const scored_row> candidates, const item_signals_view& known,
                                           matrix_view<const float> likeness, const component_values& weights,
                                           std::size_t k) {
  const auto components = components_of(candidates, known);
  const value_range cosines = weights.diversity > 0 ? cosines_of(candidates, likeness) : value_range{};
  greedy_placement placing(candidates, likeness);
  std::vector<placed_row> placed;
  while (placed.size() < std::min(k, candidates.size())) {
    const auto added = [&](std::size_t i) {
      auto values = components.at(i);
      values.diversity = placed.empty() ? 1 : 1 - normalized(placing.most_alike(i), cosines);
      return weighted(weights, values);
    };
    const std::size_t next = placing.best([&](std::size_t i) { return sum_of(added(i)); });
    placed.push_back({candidates[next].row, candidates[next].score, sum_of(added(next)), largest(added(next))});
    placing.place(next);
  }
  return placed;
}

}  // namespace freshet

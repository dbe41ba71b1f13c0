#include "core/ranking/reranking/maximal_marginal_relevance.hpp"

#include <algorithm>
#include <cmath>

#include "core/ranking/reranking/greedy_placement.hpp"

namespace freshet {

std::vector<scored_row> rerank_mmr(std::span<const scored_row> candidates, matrix_view<const float> likeness,
                                   const mmr_options& options) {
  std::vector<float> relevance(candidates.size());
  std::transform(candidates.begin(), candidates.end(), relevance.begin(), [](const auto& each) { return each.score; });
  scale_to_unit_range(relevance);
  greedy_placement placing(candidates, likeness);
  std::vector<scored_row> placed;
  while (placed.size() < std::min(options.k, candidates.size())) {
    const std::size_t next = placing.best([&](std::size_t i) {
      return (1 - options.diversity) * relevance[i] - options.diversity * placing.most_alike(i);
    });
    placed.push_back(candidates[next]);
    placing.place(next);
  }
  return placed;
}

}  // namespace freshet

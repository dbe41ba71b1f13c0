#include "core/ranking/reranking/hybrid_reranker.hpp"

#include <algorithm>
#include <cmath>

#include "core/base/check.hpp"
#include "core/linalg/kernels.hpp"

namespace freshet {
namespace {

bool stands_before(const reranked_row& a, const reranked_row& b) {
  if (a.final_score != b.final_score) return a.final_score > b.final_score;
  return ranks_before({a.row, a.signals.cf}, {b.row, b.signals.cf});
}

float cosine(std::span<const float> a, std::span<const float> b) {
  return best_kernels().dot(a.data(), b.data(), a.size());
}

reranked_row score(const scored_row& candidate, std::span<const float> profile, const item_signals_view& known,
                   const rerank_options& options) {
  const std::size_t row = to_integer(candidate.row);
  const float content = profile.empty() ? 0 : cosine(profile, known.content.row(row));
  const signal_values signals{candidate.score, content, known.popularity[row], known.quality[row]};
  const signal_values n{normalized(signals.cf, options.cf_range), normalized(signals.content, content_range),
                        normalized(signals.popularity, popularity_range), normalized(signals.quality, quality_range)};
  const auto& w = options.weights;
  const float sum = w.cf * n.cf + w.content * n.content + w.popularity * n.popularity + w.quality * n.quality;
  return {.row = candidate.row, .final_score = sum, .signals = signals, .normalized = n};
}

/// Likeness to what was visited counts, whatever became of its score.
void penalize(std::vector<reranked_row>& ranked, const item_signals_view& known, const diversity_penalty& options) {
  for (std::size_t i = ranked.size(); i-- > 1;) {
    const auto content = known.content.row(to_integer(ranked[i].row));
    float most_alike = -1;
    for (std::size_t j = 0; j < i; ++j) {
      most_alike = std::max(most_alike, cosine(content, known.content.row(to_integer(ranked[j].row))));
    }
    ranked[i].final_score = penalized(ranked[i].final_score, most_alike, options);
  }
}

}  // namespace

float normalized(float value, const value_range& range) {
  const float width = range.high - range.low;
  if (!(width > 0) || !std::isfinite(width) || std::isnan(value)) return .5F;
  return (std::clamp(value, range.low, range.high) - range.low) / width;
}

float penalized(float score, float similarity, const diversity_penalty& options) {
  if (!(similarity > options.threshold)) return score;
  const float share = std::min(1.0F, (similarity - options.threshold) / (1 - options.threshold));
  return score * (1 - options.penalty * share);
}

std::vector<reranked_row> rerank_hybrid(std::span<const scored_row> candidates, std::span<const float> profile,
                                        const item_signals_view& known, const rerank_options& options) {
  FRESHET_CHECK(profile.empty() || profile.size() == known.content.columns());
  FRESHET_CHECK(options.diversity.threshold < 1);
  std::vector<reranked_row> ranked;
  ranked.reserve(candidates.size());
  for (const auto& each : candidates) ranked.push_back(score(each, profile, known, options));
  std::sort(ranked.begin(), ranked.end(), stands_before);
  if (!options.diversity.enabled || !known.has_content()) return ranked;
  penalize(ranked, known, options.diversity);
  std::sort(ranked.begin(), ranked.end(), stands_before);
  return ranked;
}

std::vector<float> cold_start_bias(const item_signals_view& known, const cold_start_weights& weights) {
  std::vector<float> bias;
  bias.reserve(known.items());
  for (const float each : known.popularity) {
    bias.push_back(weights.content * .5F + weights.popularity * normalized(each, popularity_range));
  }
  return bias;
}

std::vector<float> cold_start_factors(std::span<const float> profile, const cold_start_weights& weights) {
  std::vector<float> factors(profile.begin(), profile.end());
  for (auto& value : factors) value *= weights.content * .5F;
  return factors;
}

}  // namespace freshet

#include "core/evaluation/metrics.hpp"

#include <algorithm>
#include <cmath>

namespace freshet {
namespace {

double gain_at(std::size_t rank) {
  return 1 / std::log2(static_cast<double>(rank) + 1);
}

/// Of a list that begins with so many hits.
double gain_of_first(std::size_t hits) {
  double gain = 0;
  for (std::size_t rank = 1; rank <= hits; ++rank) gain += gain_at(rank);
  return gain;
}

}  // namespace

ranking_metrics& ranking_metrics::operator+=(const ranking_metrics& other) {
  hit_rate += other.hit_rate;
  recall += other.recall;
  ndcg += other.ndcg;
  mrr += other.mrr;
  map += other.map;
  return *this;
}

ranking_metrics ranking_metrics::operator/(double count) const {
  return {hit_rate / count, recall / count, ndcg / count, mrr / count, map / count};
}

ranking_metrics metrics_at(std::size_t k, std::span<const item_row> ranked, std::span<const item_row> relevant,
                           ideal_gain ideal) {
  const std::size_t count = relevant.size();
  if (count == 0 || k == 0) return {};
  ranking_metrics metrics;
  double hits = 0, gain = 0, precisions = 0;
  for (std::size_t rank = 1; rank <= std::min(k, ranked.size()); ++rank) {
    if (!std::ranges::binary_search(relevant, ranked[rank - 1])) continue;
    ++hits;
    gain += gain_at(rank);
    precisions += hits / static_cast<double>(rank);
    if (hits == 1) metrics.mrr = 1 / static_cast<double>(rank);
  }
  const std::size_t possible = std::min(k, count);
  metrics.hit_rate = hits > 0 ? 1 : 0;
  metrics.recall = hits / static_cast<double>(count);
  metrics.ndcg = gain / gain_of_first(ideal == ideal_gain::full ? count : possible);
  metrics.map = precisions / static_cast<double>(possible);
  return metrics;
}

}  // namespace freshet

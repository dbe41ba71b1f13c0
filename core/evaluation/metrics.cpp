#include "core/evaluation/metrics.hpp"

#include <algorithm>
#include <cmath>

namespace freshet {
namespace {

double gain_at(std::size_t rank) {
  return 1 / std::log2(static_cast<double>(rank) + 1);
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

ranking_metrics metrics_at(std::size_t k, std::span<const item_row> ranked, std::span<const item_row> relevant) {
  if (relevant.empty() || k == 0) return {};
  ranking_metrics metrics;
  double hits = 0, gain = 0, precisions = 0;
  for (std::size_t rank = 1; rank <= std::min(k, ranked.size()); ++rank) {
    if (!std::binary_search(relevant.begin(), relevant.end(), ranked[rank - 1])) continue;
    ++hits;
    gain += gain_at(rank);
    precisions += hits / static_cast<double>(rank);
    if (hits == 1) metrics.mrr = 1 / static_cast<double>(rank);
  }
  const std::size_t possible = std::min(k, relevant.size());
  double ideal = 0;
  for (std::size_t rank = 1; rank <= possible; ++rank) ideal += gain_at(rank);
  metrics.hit_rate = hits > 0 ? 1 : 0;
  metrics.recall = hits / static_cast<double>(relevant.size());
  metrics.ndcg = gain / ideal;
  metrics.map = precisions / static_cast<double>(possible);
  return metrics;
}

}  // namespace freshet

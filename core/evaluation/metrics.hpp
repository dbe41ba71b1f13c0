// What:   how good one ranked list is, given what was relevant.
// Source: NDCG with binary gain and the ideal list cut at k (LightGCN, BARS): DCG = sum over hits of 1 / log2(rank +
// 1),
//         divided by that of min(|relevant|, k) hits in front. MAP: mean of the precision at each hit over
//         min(|relevant|, k). MRR: 1 / rank of the first hit. Ranks count from 1.
// Shapes: `relevant` ascending and without repetitions; `ranked` best first, at most its first k count.
#pragma once

#include <cstddef>
#include <span>

#include "core/base/strong_id.hpp"

namespace freshet {

struct ranking_metrics {
  /// 1 when anything relevant is in the list.
  double hit_rate{};
  double recall{};
  double ndcg{};
  double mrr{};
  double map{};

  ranking_metrics& operator+=(const ranking_metrics& other);
  ranking_metrics operator/(double count) const;
  friend bool operator==(const ranking_metrics&, const ranking_metrics&) = default;
};

/// All 0 when nothing is relevant.
[[nodiscard]] ranking_metrics metrics_at(std::size_t k, std::span<const item_row> ranked,
                                         std::span<const item_row> relevant);

}  // namespace freshet

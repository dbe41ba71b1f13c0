// What:   how good one ranked list is, given what was relevant.
// Source: DCG = sum over hits of 1 / log2(rank + 1) with binary gain. NDCG divides it by that of an ideal list with all
//         hits in front: of min(|relevant|, k) hits (truncated; LightGCN, BARS) or of |relevant| hits (full; the
//         convention of Ferrari Dacrema et al. 2021 for MCRec). MAP: mean of the precision at each hit over
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

enum class ideal_gain { truncated, full };

/// All 0 when nothing is relevant.
[[nodiscard]] ranking_metrics metrics_at(std::size_t k, std::span<const item_row> ranked,
                                         std::span<const item_row> relevant, ideal_gain ideal = ideal_gain::truncated);

}  // namespace freshet

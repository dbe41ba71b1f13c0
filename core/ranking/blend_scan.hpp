// What: scores that are a weighted sum of other scores: 0 + weight(p) x score of p, for each part p in its order; each
//       product and each sum rounded to float32.
// Cost: every row of the slice is scored by every part: no bound leaves rows out, as it does in dense_scan.
#pragma once

#include <optional>
#include <vector>

#include "core/linalg/kernels.hpp"
#include "core/ranking/shape_scan.hpp"
#include "core/ranking/sparse_scan.hpp"

namespace freshet {

class blend_scan final : public shape_scan {
 public:
  /// No part is a blend.
  blend_scan(const blend_scores& scores, row_range slice, const kernel_set& kernels);
  void rank(std::span<const scan_request> requests, std::span<std::vector<scored_row>> ranked,
            scan_scratch& scratch) const override;

 private:
  struct part {
    item_scores scores;
    float weight{};
    /// For sparse scores.
    std::optional<sparse_scan> sparse;
  };

  void score(const part& one, const query& asked, std::span<float> scores) const;

  std::vector<part> parts_;
  row_range slice_;
  const kernel_set* kernels_;
};

}  // namespace freshet

// What: scores factor vectors: score(i) = dot(query, V[i]), + bias[i] where there is one.
#pragma once

#include <cstdint>

#include "core/linalg/kernels.hpp"
#include "core/ranking/row_filter.hpp"
#include "core/ranking/shape_scan.hpp"

namespace freshet {

class dense_scan final : public shape_scan {
 public:
  dense_scan(const dense_scores& scores, row_range slice, const kernel_set& kernels);
  void rank(std::span<const scan_request> requests, std::span<std::vector<scored_row>> ranked,
            scan_scratch& scratch) const override;

 private:
  float score(std::span<const float> factors, std::size_t row) const;
  void rank_by_score(const scan_request& request, std::span<const float> factors,
                     std::vector<scored_row>& ranked) const;

  dense_scores scores_;
  row_range slice_;
  const kernel_set* kernels_;
};

}  // namespace freshet

// What: ranks by scores that are the same for everybody.
// Cost: sorts once, at construction. A query walks the sorted rows until k are eligible; where a filter leaves so few
//       that the walk would be long, it goes through the filter's bits instead.
#pragma once

#include <cstdint>

#include "core/ranking/row_filter.hpp"
#include "core/ranking/shape_scan.hpp"

namespace freshet {

class constant_scan final : public shape_scan {
 public:
  constant_scan(const constant_scores& scores, row_range slice);
  void rank(std::span<const scan_request> requests, std::span<std::vector<scored_row>> ranked,
            scan_scratch& scratch) const override;

 private:
  void walk(const scan_request& request, std::vector<scored_row>& ranked) const;
  void select(const scan_request& request, std::vector<scored_row>& ranked) const;

  std::span<const float> scores_;
  row_range slice_;
  // The slice, best first.
  std::vector<scored_row> order_;
};

}  // namespace freshet

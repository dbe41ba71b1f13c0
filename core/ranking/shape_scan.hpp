// What: what dense_scan, sparse_scan, constant_scan and blend_scan have in common; slice_scan.hpp is the manual.
#pragma once

#include <span>
#include <vector>

#include "core/ranking/scan_request.hpp"
#include "core/ranking/top_k.hpp"

namespace freshet {

class shape_scan {
 public:
  virtual ~shape_scan() = default;
  virtual void rank(std::span<const scan_request> requests, std::span<std::vector<scored_row>> ranked,
                    scan_scratch& scratch) const = 0;
};

}  // namespace freshet

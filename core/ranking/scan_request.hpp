// What: one query to a scan, and the working memory of the scans.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/models/model.hpp"

namespace freshet {

struct scan_request {
  const query* q{};
  std::size_t k{};
  /// Rows to leave out: ascending; may hold rows outside the slice.
  std::span<const item_row> excluded;
  /// Bit r % 64 of word r / 64 is set where row r may be returned; empty = every row. Covers the whole catalogue.
  std::span<const std::uint64_t> allowed;
};

/// Belongs to one caller of `rank` and is reused from call to call; what is in it between calls means nothing.
struct scan_scratch {
  std::vector<float> scores;
};

}  // namespace freshet

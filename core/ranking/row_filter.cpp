#include "core/ranking/row_filter.hpp"

#include <algorithm>

#include "core/base/check.hpp"

namespace freshet {

row_filter::row_filter(row_range slice, std::span<const item_row> excluded, std::span<const std::uint64_t> allowed)
    : slice_(slice), excluded_(excluded), allowed_(allowed) {
  FRESHET_CHECK(allowed.empty() || allowed.size() >= slice.last_word(), "the bitmap must cover the whole catalogue");
  next_ = static_cast<std::size_t>(std::ranges::lower_bound(excluded, slice.first) - excluded.begin());
}

bool row_filter::is_eligible(item_row row) const {
  return is_allowed(row) && !std::ranges::binary_search(excluded_, row);
}

}  // namespace freshet

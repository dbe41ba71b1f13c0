// What: the k best rows of a slice whose scores are all known.
#pragma once

#include <span>
#include <vector>

#include "core/linalg/kernels.hpp"
#include "core/ranking/row_filter.hpp"
#include "core/ranking/scan_request.hpp"
#include "core/ranking/top_k.hpp"

namespace freshet {

/// Shapes: scores [rows of the slice]. Cost: one comparison for each row, 64 at a time.
void select_best(const scan_request& request, row_range slice, std::span<const float> scores, const kernel_set& kernels,
                 std::vector<scored_row>& ranked);

}  // namespace freshet

// What:   what items are about as rows of length 1, and what a user is drawn to as the mean of such rows.
// Why:    cosines are then plain products, and a profile that is not scaled back to length 1 makes every cosine small:
//         the longer the history, the less its content would count.
// Shapes: content [items x d]; a row of 0 is an item of which nothing is known: its cosine with everything is 0.
#pragma once

#include <span>
#include <vector>

#include "core/base/strong_id.hpp"
#include "core/linalg/matrix_view.hpp"

namespace freshet {

/// To length 1; false where there is no direction to keep: of 0, or something that is no number. It becomes 0 then.
bool scale_to_one(std::span<float> values);

/// Rows to length 1; rows of 0, and those that hold something that is no number, become 0.
void scale_rows_to_one(matrix<float>& vectors);

/// The mean of these rows, scaled to length 1; empty when nothing is known of any of them.
/// Cost: rows x d.
[[nodiscard]] std::vector<float> content_profile(matrix_view<const float> content, std::span<const item_row> rows);

}  // namespace freshet

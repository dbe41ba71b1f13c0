// What:   the content vectors of a catalogue as the settings want them: made elsewhere, or from the items' text.
// Shapes: [items x d], rows of length 1; the row of an item of which nothing is known is 0.
// Errors: as item_embeddings.hpp.
#pragma once

#include <span>
#include <string>

#include "config/options.hpp"
#include "core/base/result.hpp"
#include "core/data/item.hpp"
#include "core/linalg/matrix_view.hpp"

namespace freshet {

/// `items` and `item_ids` by row; a null item is one of which nothing is known.
[[nodiscard]] result<matrix<float>> content_of(std::span<const item* const> items,
                                               std::span<const std::string> item_ids, const content_options& options);

}  // namespace freshet

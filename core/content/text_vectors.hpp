// What:   vectors of items from their words: TF-IDF, projected to a few hundred numbers.
// Why:    items that read alike lie near each other although nobody bought both; embeddings made elsewhere say it
//         better, but not every shop has them.
// How:    weight(term, item) = (1 + ln count) x (ln((1 + n) / (1 + df)) + 1); each term adds its weight to `spread`
//         places chosen by its hash, with signs chosen by it; rows are then scaled to length 1. Cosines keep their
//         value within about 1 / sqrt(dimensions).
// Shapes: [items x dimensions]; the row of an item without a word is 0.
// Same:   the same items and seed give the same bytes; the order of the items changes the order of the rows only.
// Cost:   linear in the words; memory for the document frequencies besides the result.
// Source: Salton and Buckley 1988 (weights, smoothed); Kane and Nelson 2014 (sparse projection of fixed row weight).
#pragma once

#include <cstdint>
#include <span>

#include "core/data/item.hpp"
#include "core/linalg/matrix_view.hpp"

namespace freshet {

struct text_vector_options {
  /// > 0.
  std::size_t dimensions = 128;
  std::uint64_t seed = 42;
};

/// A null item is one of which nothing is known.
[[nodiscard]] matrix<float> text_vectors(std::span<const item* const> items, const text_vector_options& options = {});

}  // namespace freshet

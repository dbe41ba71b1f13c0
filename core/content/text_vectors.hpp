// What:   vectors of items from their words: TF-IDF, projected to a few hundred numbers.
// Why:    items that read alike lie near each other although nobody bought both; embeddings made elsewhere say it
//         better, but not every shop has them.
// How:    weight(term, item) = (1 + ln count) x (ln((1 + n) / (1 + df)) + 1); each term adds its weight to `spread`
//         places chosen by its hash, with signs chosen by it; rows are then scaled to length 1. Cosines keep their
//         value within about 1 / sqrt(dimensions).
// New:    an item that comes later is weighed with the document frequencies of the items that were fitted; what it is
//         given then is what it would have been given among them.
// Shapes: [items x dimensions]; the row of an item without a word is 0.
// Same:   the same items and seed give the same bytes; the order of the items changes the order of the rows only.
// Threads: immutable after fit.
// Cost:   linear in the words; the document frequencies stay in memory, about 16 bytes a distinct word.
// Source: Salton and Buckley 1988 (weights, smoothed); Kane and Nelson 2014 (sparse projection of fixed row weight).
#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <span>
#include <vector>

#include "core/data/item.hpp"
#include "core/linalg/matrix_view.hpp"

namespace freshet {

struct text_vector_options {
  /// > 0.
  std::size_t dimensions = 128;
  std::uint64_t seed = 42;
};

class text_vectorizer {
 public:
  /// Learns how rare each word is. A null item is one of which nothing is known.
  [[nodiscard]] static text_vectorizer fit(std::span<const item* const> items, const text_vector_options& options = {});

  /// By row, as fit had them or others.
  matrix<float> vectors(std::span<const item* const> items) const;
  std::size_t dimensions() const { return options_.dimensions; }

 private:
  text_vector_options options_;
  std::size_t items_ = 0;
  absl::flat_hash_map<std::uint64_t, std::uint32_t> items_with_;
};

/// The vectors of the items that are fitted.
[[nodiscard]] matrix<float> text_vectors(std::span<const item* const> items, const text_vector_options& options = {});

}  // namespace freshet

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
// Cost:   linear in the words; the document frequencies stay in memory, about 16 bytes a distinct word. While items are
//         fitted, 4 bytes for each of their words, less than the text that they are read from, 40 more a distinct word
//         and 8 an item.
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
  /// Rows that can be appended to the vectors of the fitted items before they move.
  std::size_t spare_rows = 0;
};

struct fitted_text;

class text_vectorizer {
 public:
  /// Learns how rare each word is. A null item is one of which nothing is known.
  [[nodiscard]] static fitted_text fit(std::span<const item* const> items, const text_vector_options& options = {});

  /// Of other items, or of those again: by row, as they are given.
  matrix<float> vectors(std::span<const item* const> items) const;
  std::size_t dimensions() const { return options_.dimensions; }

 private:
  struct word {
    /// In the order in which the words were first seen.
    std::uint32_t number;
    std::uint32_t items_with;
  };
  /// The terms of all items, item after item.
  struct numbered_terms {
    std::vector<std::uint32_t> numbers;
    std::vector<std::size_t> ends;
  };

  numbered_terms learn(std::span<const item* const> items);
  matrix<float> vectors_of(const numbered_terms& terms) const;
  double rarity(std::uint32_t items_with) const;

  text_vector_options options_;
  std::size_t items_ = 0;
  absl::flat_hash_map<std::uint64_t, word> words_;
};

struct fitted_text {
  text_vectorizer vectorizer;
  /// Of the items that were fitted.
  matrix<float> vectors;
};

}  // namespace freshet

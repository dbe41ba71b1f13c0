// What:   what is known of the rows of a catalogue besides a model's scores: content, popularity, quality.
// Units:  popularity ln(1 + times sold), where the shop tells, else ln(1 + interactions); quality in stars, 1..5.
// Shapes: content [items x d], rows of length 1 or 0 (core/content/content_vectors.hpp); may have no columns.
// Missing: popularity 0; quality 3.
#pragma once

#include <span>
#include <vector>

#include "core/data/item.hpp"
#include "core/linalg/matrix_view.hpp"

namespace freshet {

struct item_signals {
  matrix<float> content;
  std::vector<float> popularity;
  std::vector<float> quality;
  /// Events of each row, and of all: how rare an item is.
  std::vector<float> interactions;
  double interactions_total{};

  std::size_t items() const { return popularity.size(); }
  bool has_content() const { return content.columns() > 0; }
};

/// `content` may be empty. A null item is one of which nothing is known. Shapes: all as long as the catalogue.
[[nodiscard]] item_signals signals_of(std::span<const item* const> items, std::span<const float> interactions,
                                      matrix<float> content);

}  // namespace freshet

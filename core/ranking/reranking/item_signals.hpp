// What:   what is known of the rows of a catalogue besides a model's scores: content, popularity, quality.
// Units:  popularity ln(1 + times sold), where the shop tells, else ln(1 + interactions); quality in stars, 1..5.
// Shapes: content [items x d], rows of length 1 or 0 (core/content/content_vectors.hpp); may have no columns.
// Missing: popularity 0; quality 3.
// Growing: rows appended within what was reserved do not move those there are, so views of these stay good: one thread
//         may append while others read through views they got before.
#pragma once

#include <span>
#include <vector>

#include "core/data/item.hpp"
#include "core/linalg/matrix_view.hpp"

namespace freshet {

/// Rows of an item_signals, which must outlive it.
struct item_signals_view {
  matrix_view<const float> content;
  std::span<const float> popularity;
  std::span<const float> quality;
  std::span<const float> interactions;
  double interactions_total{};

  std::size_t items() const { return popularity.size(); }
  bool has_content() const { return content.columns() > 0; }
};

struct item_signals {
  matrix<float> content;
  std::vector<float> popularity;
  std::vector<float> quality;
  /// Events of each row, and of all: how rare an item is.
  std::vector<float> interactions;
  double interactions_total{};

  std::size_t items() const { return popularity.size(); }
  bool has_content() const { return content.columns() > 0; }

  operator item_signals_view() const {  // NOLINT: implicit on purpose
    return {content.view(), popularity, quality, interactions, interactions_total};
  }
  void reserve(std::size_t rows);
  std::size_t reserved() const { return popularity.capacity(); }
  void append(const item_signals& more);
};

/// `content` may be empty. A null item is one of which nothing is known. Shapes: all as long as the catalogue.
[[nodiscard]] item_signals signals_of(std::span<const item* const> items, std::span<const float> interactions,
                                      matrix<float> content);

}  // namespace freshet

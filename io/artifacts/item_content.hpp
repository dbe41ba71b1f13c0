// What:   the content vectors of a catalogue as the settings want them: made elsewhere, or from the items' text.
// Why:    what was learnt of the catalogue stays, so that an item that comes later gets its vector at once.
// Shapes: [items x d], rows of length 1; the row of an item of which nothing is known is 0.
// Errors: as item_embeddings.hpp.
// Threads: immutable.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>

#include "config/options.hpp"
#include "core/base/result.hpp"
#include "core/content/text_vectors.hpp"
#include "core/data/item.hpp"
#include "core/linalg/matrix_view.hpp"
#include "io/artifacts/item_embeddings.hpp"

namespace freshet {

struct catalogue_content;

class item_content {
 public:
  /// `items` and `item_ids` by row; a null item is one of which nothing is known. The vectors have room for so many
  /// rows more.
  [[nodiscard]] static result<catalogue_content> open(std::span<const item* const> items,
                                                      std::span<const std::string> item_ids,
                                                      const content_options& options, std::size_t spare_rows = 0);

  /// Of other items, or of those again.
  matrix<float> vectors(std::span<const item* const> items, std::span<const std::string> item_ids) const;

 private:
  std::optional<text_vectorizer> text_;
  embedding_file embeddings_;
};

struct catalogue_content {
  item_content content;
  /// Of the items that it was opened with.
  matrix<float> vectors;
};

}  // namespace freshet

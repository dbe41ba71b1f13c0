#include "io/artifacts/item_content.hpp"

#include "core/content/content_vectors.hpp"

namespace freshet {

result<catalogue_content> item_content::open(std::span<const item* const> items, std::span<const std::string> item_ids,
                                             const content_options& options, std::size_t spare_rows) {
  catalogue_content opened;
  if (options.embeddings.empty()) {
    auto fitted = text_vectorizer::fit(items, {.dimensions = options.dimensions, .spare_rows = spare_rows});
    opened.content.text_ = std::move(fitted.vectorizer);
    opened.vectors = std::move(fitted.vectors);
  } else {
    FRESHET_ASSIGN(opened.content.embeddings_, read_item_embeddings(options.embeddings));
    opened.vectors = opened.content.vectors(items, item_ids);
    opened.vectors.reserve(opened.vectors.rows() + spare_rows);
  }
  return opened;
}

matrix<float> item_content::vectors(std::span<const item* const> items, std::span<const std::string> item_ids) const {
  if (text_) return text_->vectors(items);
  auto aligned = align(embeddings_, item_ids);
  scale_rows_to_one(aligned.vectors);
  return std::move(aligned.vectors);
}

}  // namespace freshet

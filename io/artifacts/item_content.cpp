#include "io/artifacts/item_content.hpp"

#include "core/content/content_vectors.hpp"

namespace freshet {

result<item_content> item_content::open(std::span<const item* const> items, const content_options& options) {
  item_content opened;
  if (options.embeddings.empty()) {
    opened.text_ = text_vectorizer::fit(items, {.dimensions = options.dimensions});
  } else {
    FRESHET_ASSIGN(opened.embeddings_, read_item_embeddings(options.embeddings));
  }
  return opened;
}

matrix<float> item_content::vectors(std::span<const item* const> items, std::span<const std::string> item_ids) const {
  if (text_) return text_->vectors(items);
  auto aligned = align(embeddings_, item_ids);
  scale_rows_to_one(aligned.vectors);
  return std::move(aligned.vectors);
}

result<matrix<float>> content_of(std::span<const item* const> items, std::span<const std::string> item_ids,
                                 const content_options& options) {
  FRESHET_ASSIGN(const auto opened, item_content::open(items, options));
  return opened.vectors(items, item_ids);
}

}  // namespace freshet

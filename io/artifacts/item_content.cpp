#include "io/artifacts/item_content.hpp"

#include "core/content/content_vectors.hpp"
#include "core/content/text_vectors.hpp"
#include "io/artifacts/item_embeddings.hpp"

namespace freshet {

result<matrix<float>> content_of(std::span<const item* const> items, std::span<const std::string> item_ids,
                                 const content_options& options) {
  if (options.embeddings.empty()) return text_vectors(items, {.dimensions = options.dimensions});
  FRESHET_ASSIGN(const auto given, read_item_embeddings(options.embeddings));
  auto aligned = align(given, item_ids);
  scale_rows_to_one(aligned.vectors);
  return std::move(aligned.vectors);
}

}  // namespace freshet

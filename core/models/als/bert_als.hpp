// What:    als whose item factors start from what is known of the items: a truncated SVD of their embeddings.
// Why:     with few interactions ALS stays near where it starts; items alike in text then start side by side.
// Model:   as als.hpp; only the start differs. Columns are u_k s_k of the embeddings of the known items, scaled as a
//          whole to the size that als starts from at random; items without an embedding are drawn from N(mean, 0.1 std)
//          of each column; columns beyond the rank of the embeddings are small random numbers.
// Shapes:  embeddings [items x d], aligned with the rows of the items.
// Errors:  as als.hpp; invalid_argument without embeddings, or where they are not finite.
// Cost:    als and O(items d f) once.
// Source:  Halko, Martinsson, Tropp 2011 (truncated_svd.hpp).
#pragma once

#include "core/models/als/als.hpp"

namespace freshet {

/// Where training starts: [items x factors].
[[nodiscard]] result<matrix<float>> bert_als_start(const item_embeddings& embeddings, const als_options& options,
                                                   std::uint64_t seed);

/// The family behind `freshet train bert_als`.
[[nodiscard]] trainer bert_als_trainer();

}  // namespace freshet

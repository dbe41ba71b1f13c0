// What:  the files of every model family, each defined in <family>_files.cpp; model_directory.hpp has what all share.
// Files: als, bert_als  U.npy [users x f], V.npy [items x f]; with confidence_item_exponent, what confidences of each
//                       item are multiplied by, item_confidence_scale.npy [items]
//        bpr            U.npy [users x f], V.npy [items x f], item_bias.npy [items]
//        ease           B.npy [items x items]; or, with top_k_per_row, B.npy [items x k] and the columns they stand in,
//                       B_columns.npy [items x k] uint32
//        gru4rec        Wy.npy [items x h], by.npy [items], E.npy [items x e] (absent where Wy is E), and for each
//        layer
//                       Wx.npy [inputs x 3 h], Wh.npy [h x 3 h], b.npy [3 h]; further layers Wx2.npy and so on
//        hybrid         parts.json {parts [{directory, weight, score_std, checksum}], cold_start_threshold,
//                       cold_start_strategy}; the parts as model directories below parts/, each with its own ids
//        item2vec       V.npy (input vectors), C.npy (output vectors), both [items x f]; rows of zeros are items that
//                       are no words
//        lightfm        U.npy, V.npy, item_bias.npy as bpr, V the sums of own and feature embeddings; user_bias.npy
//                       [users]; with features: feature_embeddings.npy [features x f], feature_bias.npy [features],
//                       feature_mapping.json {"name": row}
//        popularity     scores.npy [items]
#pragma once

#include "io/artifacts/model_layout.hpp"

namespace freshet {

[[nodiscard]] model_family als_files();
/// Differs from als in where training starts, not in how it serves.
[[nodiscard]] model_family bert_als_files();
[[nodiscard]] model_family bpr_files();
[[nodiscard]] model_family ease_files();
[[nodiscard]] model_family gru4rec_files();
[[nodiscard]] model_family hybrid_files();
[[nodiscard]] model_family item2vec_files();
[[nodiscard]] model_family lightfm_files();
[[nodiscard]] model_family popularity_files();

}  // namespace freshet

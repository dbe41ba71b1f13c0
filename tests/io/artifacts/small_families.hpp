// What: a small trained model of each family, with random numbers; small_model.hpp has als and popularity.
#pragma once

#include "core/models/ease/ease.hpp"
#include "core/models/gru4rec/gru4rec.hpp"
#include "core/models/item2vec/item2vec.hpp"
#include "core/models/pairwise/bpr.hpp"
#include "core/models/pairwise/lightfm.hpp"
#include "tests/io/artifacts/small_model.hpp"

namespace freshet::testing {

inline matrix<float> normal_matrix(std::size_t rows, std::size_t columns, std::uint64_t seed) {
  random_source random(seed);
  matrix<float> values(rows, columns);
  for (float& value : values.values()) value = static_cast<float>(random.normal());
  return values;
}

/// Without users where `users` is empty.
template <class Options>
loaded_model small_model_of(std::shared_ptr<const model> served, const Options& options, matrix<float> users = {}) {
  loaded_model model;
  model.item_ids = ids_of("item-", served->items());
  model.user_ids = ids_of("user-", users.rows());
  model.user_factors = std::move(users);
  model.served = std::move(served);
  model.params = to_json(to_parameters(options));
  model.metadata = small_metadata();
  return model;
}

/// als whose confidences fall with the activity of users and items.
inline loaded_model small_scaled_als() {
  const als_options options{.factors = 8,
                            .regularization = 0.05,
                            .unobserved_weight = 0.1,
                            .confidence_user_exponent = 0.25,
                            .confidence_item_exponent = 0.5};
  std::vector<float> scales;
  for (std::size_t item = 0; item < 40; ++item) scales.push_back(confidence_scale(item, 0.5));
  return small_model_of(std::make_shared<als_model>(normal_matrix(40, 8, 11), options, "als", scales), options,
                        normal_matrix(30, 8, 12));
}

inline loaded_model small_bpr() {
  const bpr_options options{.factors = 6, .regularization = 0.02, .negative_candidates = 3};
  return small_model_of(std::make_shared<bpr_model>(normal_matrix(20, 6, 4), normal_matrix(1, 20, 6).values(), options),
                        options, normal_matrix(10, 6, 5));
}

inline loaded_model small_lightfm() {
  const lightfm_options options{.no_components = 6, .loss = pairwise_loss::logistic, .user_alpha = 0.01};
  auto features = std::make_shared<feature_embeddings>();
  features->names = {"category:a", "category:b"};
  features->factors = matrix<float>(2, 6);
  features->factors.row(1)[3] = 0.5F;
  features->bias = {0.25F, 1};
  lightfm_parameters learnt{.user_bias = std::vector<float>(10, 2),
                            .items = normal_matrix(20, 6, 4),
                            .item_bias = normal_matrix(1, 20, 6).values(),
                            .features = features};
  return small_model_of(std::make_shared<lightfm_model>(std::move(learnt), options), options, normal_matrix(10, 6, 5));
}

/// The whole matrix, or so many weights of each row.
inline loaded_model small_ease(std::uint32_t kept = 0) {
  const ease_options options{.lambda = 3, .top_k_per_row = kept, .sequence_share = 0.5, .history_decay = 2};
  const auto values = normal_matrix(20, 20, 5);
  return small_model_of(std::make_shared<ease_model>(
                            kept == 0 ? whole_matrix(values) : strongest_weights(values.view(), kept, 1), options),
                        options);
}

inline loaded_model small_gru4rec(const gru4rec_options& options = {
                                      .hidden_size = 6, .layers = 2, .embedding_size = 4, .shared_embedding = false}) {
  return small_model_of(std::make_shared<gru4rec_model>(initial_gru4rec_weights(20, options, 3), options), options);
}

inline loaded_model small_item2vec() {
  const item2vec_options options{.vector_size = 6, .negative_exponent = 0.25, .recency_half_life = 1.5};
  return small_model_of(std::make_shared<item2vec_model>(normal_matrix(12, 6, 1), normal_matrix(12, 6, 2), options),
                        options);
}

}  // namespace freshet::testing

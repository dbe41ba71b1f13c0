// What: small trained models with random numbers, and what "equal" means for them.
#pragma once

#include <gtest/gtest.h>

#include "core/base/random.hpp"
#include "core/models/als/als.hpp"
#include "core/models/popularity/popularity.hpp"
#include "io/artifacts/model_directory.hpp"
#include "io/artifacts/parameters_json.hpp"

namespace freshet::testing {

inline std::vector<std::string> ids_of(const std::string& front, std::size_t count) {
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < count; ++i) ids.push_back(front + std::to_string(count - i) + (i % 3 == 0 ? "\"é" : ""));
  return ids;
}

inline model_metadata small_metadata() {
  return {.created_at = 1'763'900'000,
          .trained_until = 1'763'800'000,
          .scores = {-0.25, 1.75, 0.123456789012345, 0.3, -0.1, 1.5},
          .seed = 42,
          .data_hash = "abc"};
}

inline loaded_model small_als(std::uint64_t seed = 7, std::size_t users = 30, std::size_t items = 40) {
  random_source random(seed);
  const als_options options{.factors = 8, .regularization = 0.05, .alpha = 10, .confidence = confidence_kind::log};
  const auto fill = [&random](std::size_t rows, std::size_t columns) {
    matrix<float> values(rows, columns);
    for (auto& value : values.values()) value = static_cast<float>(random.normal());
    return values;
  };
  loaded_model model;
  model.served = std::make_shared<als_model>(fill(items, options.factors), options);
  model.user_factors = fill(users, options.factors);
  model.item_ids = ids_of("item-", items);
  model.user_ids = ids_of("user-", users);
  model.params = to_json(to_parameters(options));
  model.metadata = small_metadata();
  return model;
}

inline loaded_model small_popularity(std::size_t items = 40) {
  random_source random(8);
  std::vector<float> scores(items);
  for (auto& score : scores) score = static_cast<float>(random.below(1000));
  loaded_model model;
  model.served = std::make_shared<popularity_model>(scores);
  model.item_ids = ids_of("item-", items);
  model.params = "{}";
  model.metadata = small_metadata();
  return model;
}

inline std::vector<float> flattened(const item_scores& scores) {
  if (const auto* constant = std::get_if<constant_scores>(&scores)) {
    return {constant->scores.begin(), constant->scores.end()};
  }
  if (const auto* sparse = std::get_if<sparse_scores>(&scores)) {
    std::vector<float> values(sparse->rows.values.begin(), sparse->rows.values.end());
    for (const auto column : sparse->rows.columns) values.push_back(static_cast<float>(to_integer(column)));
    return values;
  }
  const auto& [factors, bias] = std::get<dense_scores>(scores);
  std::vector<float> values(bias.begin(), bias.end());
  for (std::size_t row = 0; row < factors.rows(); ++row) {
    values.insert(values.end(), factors.row(row).begin(), factors.row(row).end());
  }
  return values;
}

/// What a user asks with who touched a few items: it depends on the parameters and on all that a fold-in reads.
inline std::vector<float> folded(const model& served) {
  user_interactions user;
  for (const std::uint32_t item : {1U, 4U, 9U}) {
    user.strengths.push_back({item_row{item}, 1 + static_cast<float>(item)});
    user.sequence.push_back({item_row{item}, 1'700'000'000 + item, 0});
  }
  const auto asked = served.fold_in(user);
  if (const auto* dense = std::get_if<dense_query>(&asked)) return dense->factors;
  std::vector<float> weights;
  if (const auto* sparse = std::get_if<sparse_query>(&asked)) {
    for (const auto& each : sparse->weights) weights.push_back(each.strength);
  }
  return weights;
}

/// The same numbers for the same users and items, and the same facts about them.
inline bool same_model(const loaded_model& left, const loaded_model& right) {
  const auto facts = [](const model_metadata& m) {
    return std::tuple(m.users, m.items, m.factors, m.created_at, m.trained_until, m.scores.min, m.scores.max,
                      m.scores.mean, m.scores.std, m.scores.p01, m.scores.p99, m.seed, m.data_hash);
  };
  return left.metadata.model_type == right.metadata.model_type && folded(*left.served) == folded(*right.served) &&
         left.item_ids == right.item_ids && left.user_ids == right.user_ids &&
         left.user_factors.values() == right.user_factors.values() &&
         flattened(left.served->scores()) == flattened(right.served->scores()) &&
         facts(left.metadata) == facts(right.metadata);
}

}  // namespace freshet::testing

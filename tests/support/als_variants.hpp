// What: als with every option that changes its systems, and the small pieces that tests of it share.
#pragma once

#include <stdexcept>
#include <vector>

#include "core/base/random.hpp"
#include "tests/support/reference_als.hpp"

namespace freshet::testing {

inline als_options small_als_options(std::uint32_t factors = 5) {
  return {.factors = factors, .regularization = 0.1, .alpha = 2, .iterations = 6};
}

inline als_factors trained_als(const interaction_matrix& interactions, const als_options& options,
                               const training_context& context = {}, const matrix<float>* initial = nullptr) {
  auto trained = train_als(interactions, options, context, {.items = initial});
  if (!trained) throw std::runtime_error(trained.failure().message);
  return std::move(trained).value();
}

inline double largest_difference(const dense& a, const dense& b) {
  return (a - b).cwiseAbs().maxCoeff();
}

inline matrix<float> small_random_matrix(std::size_t rows, std::size_t columns, std::uint64_t seed) {
  random_source random(seed);
  matrix<float> values(rows, columns);
  for (float& value : values.values()) value = static_cast<float>(0.3 * random.normal());
  return values;
}

/// As if item i had been touched 1 + i % 7 times.
inline std::vector<std::size_t> made_up_counts(std::size_t items) {
  std::vector<std::size_t> counts(items);
  for (std::size_t i = 0; i < items; ++i) counts[i] = 1 + i % 7;
  return counts;
}

inline std::vector<float> scales_of(const std::vector<std::size_t>& counts, double exponent) {
  std::vector<float> scales;
  for (const std::size_t count : counts) scales.push_back(confidence_scale(count, exponent));
  return scales;
}

inline Eigen::VectorXd to_vector(const std::vector<std::size_t>& counts) {
  return Eigen::Map<const Eigen::Matrix<std::size_t, -1, 1>>(counts.data(), static_cast<Eigen::Index>(counts.size()))
      .cast<double>();
}

inline als_model serve_als(const matrix<float>& items, const als_options& options) {
  return {items, options, "als", scales_of(made_up_counts(items.rows()), options.confidence_item_exponent)};
}

inline const als_options als_variants[] = {
    small_als_options(),
    {.factors = 5, .regularization = 0.1, .alpha = 2, .confidence = confidence_kind::log, .epsilon = 0.5},
    {.factors = 5,
     .regularization = 0.1,
     .alpha = 0.3,
     .confidence = confidence_kind::binary,
     .unobserved_weight = 0.3},
    {.factors = 5, .regularization = 0.1, .alpha = 3, .confidence = confidence_kind::implicit},
    {.factors = 5, .regularization = 0.01, .alpha = 1, .unobserved_weight = 0.5, .regularization_exponent = 1},
    {.factors = 5,
     .regularization = 0.05,
     .alpha = 2,
     .unobserved_weight = 0.3,
     .confidence_user_exponent = 0.3,
     .confidence_item_exponent = 0.5},
    small_als_options(16),
    small_als_options(19),
    small_als_options(64),
    small_als_options(70),
};

}  // namespace freshet::testing

#include "core/models/pairwise/lightfm.hpp"

#include "core/linalg/directions.hpp"
#include "core/linalg/kernels.hpp"

namespace freshet {

lightfm_model::lightfm_model(lightfm_parameters learnt, const lightfm_options& options)
    : options_(options), learnt_(std::move(learnt)), directions_(directions_of(learnt_.items.view())) {
  FRESHET_CHECK(factors() > 0 && learnt_.item_bias.size() == items(), "factors, and a bias for each item");
  FRESHET_CHECK(learnt_.features == nullptr || (learnt_.features->factors.columns() == factors() &&
                                                learnt_.features->bias.size() == learnt_.features->factors.rows()));
  options_.no_components = static_cast<std::uint32_t>(factors());
}

lightfm_model::~lightfm_model() = default;

pairwise_fold_in lightfm_model::held() const {
  return {.items = learnt_.items.view(),
          .bias = learnt_.item_bias,
          .loss = options_.loss,
          .candidates = candidates_of(options_),
          .regularization = options_.user_alpha};
}

query lightfm_model::fold_in(const user_interactions& user) const {
  return dense_query{freshet::fold_in(user.strengths, held())};
}

std::vector<contribution> lightfm_model::explain(const user_interactions& user, item_row item) const {
  FRESHET_CHECK(to_integer(item) < items(), "the row of an item of the model");
  return explain_fold_in(user.strengths, held(), item);
}

query lightfm_model::similar_to(item_row item) const {
  FRESHET_CHECK(to_integer(item) < items(), "the row of an item of the model");
  const auto direction = directions_.row(to_integer(item));
  return dense_query{{direction.begin(), direction.end()}};
}

item_representation lightfm_model::represent(std::span<const weighted<item_row>> features) const {
  item_representation place{std::vector<float>(factors()), 0};
  if (learnt_.features == nullptr) return place;
  const auto& known = *learnt_.features;
  double sum = 0;
  for (const auto& [row, value] : features) {
    FRESHET_CHECK(to_integer(row) < known.factors.rows(), "rows of the model's features");
    sum += value;
  }
  for (const auto& [row, value] : features) {
    const auto weight = static_cast<float>(value / sum);
    best_kernels().add_scaled(weight, known.factors.row(to_integer(row)).data(), place.factors.data(), factors());
    place.bias += weight * known.bias[to_integer(row)];
  }
  return place;
}

}  // namespace freshet

#include "core/models/pairwise/bpr.hpp"

#include "core/linalg/directions.hpp"

namespace freshet {

bpr_model::bpr_model(matrix<float> item_factors, std::vector<float> item_bias, const bpr_options& options)
    : options_(options),
      items_(std::move(item_factors)),
      bias_(std::move(item_bias)),
      directions_(directions_of(items_.view())) {
  FRESHET_CHECK(items_.columns() > 0 && bias_.size() == items_.rows(), "factors, and a bias for each item");
  options_.factors = static_cast<std::uint32_t>(items_.columns());
}

bpr_model::~bpr_model() = default;

pairwise_fold_in bpr_model::held() const {
  return {.items = items_.view(),
          .bias = bias_,
          .loss = pairwise_loss::bpr,
          .candidates = options_.negative_candidates,
          .regularization = options_.regularization};
}

query bpr_model::fold_in(const user_interactions& user) const {
  return dense_query{freshet::fold_in(user.strengths, held())};
}

std::vector<contribution> bpr_model::explain(const user_interactions& user, item_row item) const {
  FRESHET_CHECK(to_integer(item) < items(), "the row of an item of the model");
  return explain_fold_in(user.strengths, held(), item);
}

query bpr_model::similar_to(item_row item) const {
  FRESHET_CHECK(to_integer(item) < items(), "the row of an item of the model");
  const auto direction = directions_.row(to_integer(item));
  return dense_query{{direction.begin(), direction.end()}};
}

}  // namespace freshet

#include "core/models/als.hpp"

#include <algorithm>
#include <cmath>

#include "core/models/least_squares.hpp"
#include "core/models/parallel.hpp"

namespace freshet {
namespace {

matrix<float> at_length_one(const matrix<float>& rows) {
  matrix<float> directions(rows.rows(), rows.columns());
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    double squares = 0;
    for (const float value : rows.row(i)) squares += static_cast<double>(value) * value;
    const double scale = squares > 0 ? 1 / std::sqrt(squares) : 0;
    std::transform(rows.row(i).begin(), rows.row(i).end(), directions.row(i).begin(),
                   [&](float value) { return static_cast<float>(value * scale); });
  }
  return directions;
}

}  // namespace

als_model::als_model(matrix<float> item_factors, const als_options& options)
    : options_(options),
      items_(std::move(item_factors)),
      directions_(at_length_one(items_)),
      gram_(weighted_gram(items_.view(), static_cast<float>(options.unobserved_weight), thread_count(0))) {
  FRESHET_CHECK(items_.columns() > 0 && items_.columns() <= least_squares_width_max, "1 to 1024 factors");
  options_.factors = static_cast<std::uint32_t>(items_.columns());
}

als_model::~als_model() = default;

item_scores als_model::scores() const {
  return dense_scores{items_.view(), {}};
}

item_scores als_model::similarity_scores() const {
  return dense_scores{directions_.view(), {}};
}

query als_model::fold_in(const user_interactions& user) const {
  const taste& user_taste = user.strengths;
  if (user_taste.empty()) return dense_query{std::vector<float>(factors())};
  std::vector<std::uint32_t> columns(user_taste.size());
  std::vector<float> confidences(user_taste.size());
  for (std::size_t i = 0; i < user_taste.size(); ++i) {
    columns[i] = to_integer(user_taste[i].item);
    FRESHET_CHECK(columns[i] < items(), "a taste's rows are rows of the model");
    confidences[i] = confidence_of(user_taste[i].strength, options_);
  }
  exact_solver solver(factors(), user_taste.size());
  const auto solution =
      solver.solve({.gram = gram_,
                    .regularization = static_cast<float>(regularization_of(user_taste.size(), items(), options_)),
                    .unobserved_weight = static_cast<float>(options_.unobserved_weight),
                    .other = items_.view(),
                    .columns = columns,
                    .confidences = confidences});
  return dense_query{{solution.x.begin(), solution.x.begin() + static_cast<std::ptrdiff_t>(factors())}};
}

query als_model::similar_to(item_row item) const {
  FRESHET_CHECK(to_integer(item) < items(), "the row of an item of the model");
  const auto direction = directions_.row(to_integer(item));
  return dense_query{{direction.begin(), direction.end()}};
}

}  // namespace freshet

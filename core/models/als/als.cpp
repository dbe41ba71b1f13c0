#include "core/models/als/als.hpp"

#include "core/linalg/directions.hpp"
#include "core/linalg/kernels.hpp"
#include "core/models/als/least_squares.hpp"
#include "core/models/parallel.hpp"

namespace freshet {
namespace {

std::uint32_t row_of(const weighted<item_row>& each) {
  return to_integer(each.item);
}
std::uint32_t row_of(const weighted<user_row>& each) {
  return to_integer(each.item);
}

/// What a half step holds fixed.
struct fixed_side {
  matrix_view<const float> factors;
  std::span<const float> gram;
  /// By row, or empty: all 1.
  std::span<const float> confidence_scales;
  /// How many there are in all: `factors` may hold only those that were observed.
  std::size_t rows_in_all;
};

/// The system of one half step: rows of one side, and what was observed with them. `scale` multiplies all confidences.
class half_step {
 public:
  template <class Strengths>
  half_step(const Strengths& strengths, const fixed_side& fixed, float scale, const als_options& options) {
    const auto& [other, gram, scales, in_all] = fixed;
    for (const auto& each : strengths) {
      const std::uint32_t row = row_of(each);
      FRESHET_CHECK(row < other.rows(), "strengths are of rows of the model");
      columns_.push_back(row);
      confidences_.push_back(confidence_of(each.strength, options) * (scale * (scales.empty() ? 1 : scales[row])));
    }
    system_ = {.gram = gram,
               .regularization = static_cast<float>(regularization_of(columns_.size(), in_all, options)),
               .unobserved_weight = static_cast<float>(options.unobserved_weight),
               .other = other,
               .columns = columns_,
               .confidences = confidences_};
  }
  half_step(const half_step&) = delete;

  std::vector<float> solution() const {
    exact_solver solver(system_.other.columns(), columns_.size());
    return cut(solver.solve(system_).x);
  }
  /// A^-1 b
  std::vector<float> solution_for(std::span<const float> b) const {
    exact_solver solver(system_.other.columns(), columns_.size());
    return cut(solver.solve_for(system_, b));
  }
  float confidence(std::size_t entry) const { return confidences_[entry]; }

 private:
  std::vector<float> cut(std::span<const float> padded) const {
    return {padded.begin(), padded.begin() + static_cast<std::ptrdiff_t>(system_.other.columns())};
  }

  std::vector<std::uint32_t> columns_;
  std::vector<float> confidences_;
  row_system system_;
};

}  // namespace

als_model::als_model(matrix<float> item_factors, const als_options& options, std::string type,
                     std::vector<float> item_confidence_scales)
    : options_(options),
      type_(std::move(type)),
      items_(std::move(item_factors)),
      scales_(std::move(item_confidence_scales)),
      directions_(directions_of(items_.view())),
      gram_(weighted_gram(items_.view(), static_cast<float>(options.unobserved_weight), thread_count(0))) {
  FRESHET_CHECK(items_.columns() > 0 && items_.columns() <= least_squares_width_max, "1 to 1024 factors");
  FRESHET_CHECK(scales_.size() == items_.rows() || (scales_.empty() && options.confidence_item_exponent == 0),
                "a scale for each item");
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
  if (user.strengths.empty()) return dense_query{std::vector<float>(factors())};
  const float scale = confidence_scale(user.strengths.size(), options_.confidence_user_exponent);
  return dense_query{
      half_step(user.strengths, {items_.view(), gram_, scales_, items_.rows()}, scale, options_).solution()};
}

std::vector<contribution> als_model::explain(const user_interactions& user, item_row item) const {
  FRESHET_CHECK(to_integer(item) < items(), "the row of an item of the model");
  std::vector<contribution> contributions;
  if (user.strengths.empty()) return contributions;
  const float scale = confidence_scale(user.strengths.size(), options_.confidence_user_exponent);
  const half_step step(user.strengths, {items_.view(), gram_, scales_, items_.rows()}, scale, options_);
  // A is symmetric: y_i A^-1 y_j for all j from one solve for y_i.
  const auto toward_item = step.solution_for(items_.row(to_integer(item)));
  contributions.reserve(user.strengths.size());
  for (std::size_t j = 0; j < user.strengths.size(); ++j) {
    const item_row because = user.strengths[j].item;
    const float product = best_kernels().dot(toward_item.data(), items_.row(to_integer(because)).data(), factors());
    contributions.push_back({because, step.confidence(j) * product});
  }
  return contributions;
}

query als_model::similar_to(item_row item) const {
  FRESHET_CHECK(to_integer(item) < items(), "the row of an item of the model");
  const auto direction = directions_.row(to_integer(item));
  return dense_query{{direction.begin(), direction.end()}};
}

als_item_fold_in::als_item_fold_in(matrix_view<const float> user_factors, const als_options& options,
                                   std::uint32_t threads)
    : options_(options),
      users_(user_factors.rows()),
      gram_(weighted_gram(user_factors, static_cast<float>(options.unobserved_weight), thread_count(threads))) {
  options_.factors = static_cast<std::uint32_t>(user_factors.columns());
}

std::vector<float> als_item_fold_in::factors_of(matrix_view<const float> users, std::span<const float> strengths,
                                                std::span<const float> scales) const {
  FRESHET_CHECK(users.rows() == strengths.size() && users.columns() == options_.factors, "a strength for each user");
  FRESHET_CHECK(scales.size() == users.rows() || (scales.empty() && options_.confidence_user_exponent == 0),
                "a scale for each user");
  if (strengths.empty()) return std::vector<float>(options_.factors);
  std::vector<weighted<user_row>> touched;
  for (const float strength : strengths) {
    touched.push_back({user_row{static_cast<std::uint32_t>(touched.size())}, strength});
  }
  const float scale = confidence_scale(strengths.size(), options_.confidence_item_exponent);
  return half_step(touched, {users, gram_, scales, users_}, scale, options_).solution();
}

}  // namespace freshet

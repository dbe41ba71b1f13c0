#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/base/hash.hpp"
#include "core/base/random.hpp"
#include "core/models/als/als.hpp"
#include "core/models/als/least_squares.hpp"
#include "core/models/parallel.hpp"

namespace freshet {
namespace {

constexpr std::size_t chunk_rows = 32;

std::size_t chunks_of(std::size_t rows) {
  return (rows + chunk_rows - 1) / chunk_rows;
}

/// Users or items: their entries, and their factors as the kernels want them.
struct side {
  side(interaction_matrix entries_of_side, const als_options& options)
      : entries(std::move(entries_of_side)),
        width(padded_width(options.factors)),
        factors(entries.rows() * width),
        confidences(entries.entries()) {
    std::transform(entries.values().begin(), entries.values().end(), confidences.begin(),
                   [&](float strength) { return confidence_of(strength, options); });
  }

  /// What the confidences of each row are multiplied by.
  std::vector<float> confidence_scales(double exponent) const {
    std::vector<float> scales(rows());
    for (std::size_t row = 0; row < rows(); ++row) scales[row] = confidence_scale(entries.row(row).size(), exponent);
    return scales;
  }
  void scale_confidences(const std::vector<float>& of_rows, const std::vector<float>& of_columns) {
    for (std::size_t row = 0; row < rows(); ++row) {
      const auto columns = entries.row(row).columns;
      float* confidence = confidences.data() + entries.offsets()[row];
      for (std::size_t i = 0; i < columns.size(); ++i) confidence[i] *= of_rows[row] * of_columns[columns[i]];
    }
  }

  std::size_t rows() const { return entries.rows(); }
  float* row(std::size_t index) { return factors.data() + index * width; }
  matrix_view<const float> view(std::size_t columns) const { return {factors.data(), rows(), columns, width}; }

  interaction_matrix entries;
  std::size_t width;
  aligned_floats factors;
  std::vector<float> confidences;
};

class alternation {
 public:
  alternation(const als_options& options, std::size_t threads) : options_(options), threads_(threads) {}

  struct outcome {
    /// Sum over the rows of xt A x - 2 b x.
    double objective{};
    std::size_t dropped{};
  };

  /// Solves every row of `moving` with the factors of `fixed` held.
  outcome solve(side& moving, const side& fixed) const {
    const auto gram = weighted_gram(fixed.view(options_.factors), unobserved_weight(), threads_);
    std::vector<outcome> partial(chunks_of(moving.rows()));
    parallel_for(partial.size(), threads_, [&](std::size_t chunk, std::size_t) {
      const std::size_t first = chunk * chunk_rows;
      const std::size_t last = std::min(first + chunk_rows, moving.rows());
      partial[chunk] = options_.solver == least_squares_solver::cg ? step_towards(moving, fixed, gram, first, last)
                                                                   : solve_exactly(moving, fixed, gram, first, last);
    });
    outcome total;
    for (const auto& part : partial) {
      total.objective += part.objective;
      total.dropped += part.dropped;
    }
    return total;
  }

 private:
  float unobserved_weight() const { return static_cast<float>(options_.unobserved_weight); }

  outcome step_towards(side& moving, const side& fixed, const std::vector<float>& gram, std::size_t first,
                       std::size_t last) const {
    const auto& kernels = best_least_squares_kernels();
    aligned_floats scratch(4 * moving.width);
    outcome total;
    for (std::size_t row = first; row < last; ++row) {
      const auto entries = moving.entries.row(row);
      if (entries.size() == 0) {
        std::fill_n(moving.row(row), moving.width, 0.0F);
        continue;
      }
      const normal_equations system{
          .gram = gram.data(),
          .regularization = static_cast<float>(regularization_of(entries.size(), fixed.rows(), options_)),
          .unobserved_weight = unobserved_weight(),
          .factors = fixed.factors.data(),
          .columns = entries.columns.data(),
          .confidences = moving.confidences.data() + moving.entries.offsets()[row],
          .count = entries.size(),
          .width = moving.width};
      total.objective += kernels.conjugate_gradient(system, options_.cg_steps, moving.row(row), scratch.data());
    }
    return total;
  }

  outcome solve_exactly(side& moving, const side& fixed, const std::vector<float>& gram, std::size_t first,
                        std::size_t last) const {
    exact_solver solver(options_.factors, SIZE_MAX);
    outcome total;
    for (std::size_t row = first; row < last; ++row) {
      const auto entries = moving.entries.row(row);
      if (entries.size() == 0) {
        std::fill_n(moving.row(row), moving.width, 0.0F);
        continue;
      }
      const auto solution =
          solver.solve({.gram = gram,
                        .regularization = static_cast<float>(regularization_of(entries.size(), fixed.rows(), options_)),
                        .unobserved_weight = unobserved_weight(),
                        .other = fixed.view(options_.factors),
                        .columns = entries.columns,
                        .confidences = {moving.confidences.data() + moving.entries.offsets()[row], entries.size()}});
      std::copy(solution.x.begin(), solution.x.end(), moving.row(row));
      total.objective += solution.objective;
      total.dropped += solution.dropped;
    }
    return total;
  }

  const als_options& options_;
  std::size_t threads_;
};

/// Small numbers; users start at 0, so that their order plays no part.
void start_items(side& items, const als_options& options, const training_context& context, std::size_t threads) {
  const double deviation = 0.1 / std::sqrt(options.factors);
  parallel_for(chunks_of(items.rows()), threads, [&](std::size_t chunk, std::size_t) {
    random_source random(hash_combine(context.seed, chunk));
    const std::size_t first = chunk * chunk_rows;
    for (std::size_t row = first; row < std::min(first + chunk_rows, items.rows()); ++row) {
      float* factors = items.row(row);
      for (std::size_t k = 0; k < options.factors; ++k) factors[k] = static_cast<float>(deviation * random.normal());
    }
  });
}

void start_items(side& items, const matrix<float>& initial) {
  for (std::size_t row = 0; row < items.rows(); ++row) {
    std::copy(initial.row(row).begin(), initial.row(row).end(), items.row(row));
  }
}

/// Copies the rows that are known.
void begin_from(side& moving, const matrix<float>& known, const std::vector<bool>& knows) {
  FRESHET_CHECK(known.rows() == moving.rows() && knows.size() == moving.rows());
  for (std::size_t row = 0; row < moving.rows(); ++row) {
    if (knows[row]) std::ranges::copy(known.row(row), moving.row(row));
  }
}

double regularization_loss(side& users, std::size_t items, const als_options& options) {
  double loss = 0;
  for (std::size_t row = 0; row < users.rows(); ++row) {
    double squares = 0;
    for (std::size_t k = 0; k < options.factors; ++k) squares += double{users.row(row)[k]} * users.row(row)[k];
    loss += regularization_of(users.entries.row(row).size(), items, options) * squares;
  }
  return loss;
}

matrix<float> without_padding(const side& from, std::size_t columns) {
  matrix<float> to(from.rows(), columns);
  for (std::size_t row = 0; row < from.rows(); ++row) {
    std::copy_n(from.factors.data() + row * from.width, columns, to.row(row).data());
  }
  return to;
}

error diverged(std::uint32_t iteration, const als_options& options, std::string_view family) {
  return {error_code::invalid_argument, std::string(family) + ": the loss is not a finite number after iteration " +
                                            std::to_string(iteration) + "; increase the regularization (now " +
                                            to_string(parameter(options.regularization)) + ") or lower alpha (now " +
                                            to_string(parameter(options.alpha)) + ")"};
}

error singular(std::uint32_t iteration, const als_options& options, std::string_view family) {
  return {error_code::not_positive_definite,
          std::string(family) + ": a system has no unique solution in iteration " + std::to_string(iteration) +
              "; increase the regularization (now " + to_string(parameter(options.regularization)) +
              "), lower the number of factors (now " + std::to_string(options.factors) + ") or use the solver cg"};
}

}  // namespace

std::uint64_t als_memory_bytes(const interaction_counts& counts, const als_options& options) {
  constexpr std::uint64_t entry_bytes = 2 * (2 * sizeof(std::uint32_t) + sizeof(float)) + 2 * sizeof(float);
  constexpr std::uint64_t gram_copies = 34;
  const std::uint64_t width = padded_width(options.factors);
  const std::uint64_t rows = counts.users + counts.items;
  const std::uint64_t factors = rows * (width + options.factors) * sizeof(float);
  const std::uint64_t offsets = 2 * rows * sizeof(std::uint64_t) + rows * sizeof(float);  // and scales
  return counts.entries * entry_bytes + factors + offsets + gram_copies * width * width * sizeof(float);
}

result<als_factors> train_als(const interaction_matrix& strengths, const als_options& options,
                              const training_context& context, const als_start& start) {
  FRESHET_TRY(validate(options));
  FRESHET_CHECK(start.items == nullptr ||
                (start.items->rows() == strengths.columns() && start.items->columns() == options.factors));
  const std::size_t threads = thread_count(context.threads);
  side users(strengths, options);
  side items(strengths.transposed(), options);
  if (start.items != nullptr) {
    start_items(items, *start.items);
  } else {
    start_items(items, options, context, threads);
  }
  if (context.from != nullptr) {
    FRESHET_CHECK(context.from->items.columns() == options.factors);
    begin_from(items, context.from->items, context.from->knows_item);
    begin_from(users, context.from->users, context.from->knows_user);
  }
  // 1 changes no byte.
  const auto user_scales = users.confidence_scales(options.confidence_user_exponent);
  auto item_scales = items.confidence_scales(options.confidence_item_exponent);
  users.scale_confidences(user_scales, item_scales);
  items.scale_confidences(item_scales, user_scales);
  if (options.confidence_item_exponent == 0) item_scales.clear();
  double confidence_sum = 0;
  for (const float confidence : users.confidences) confidence_sum += confidence;

  const alternation alternate(options, threads);
  std::vector<double> losses;
  for (std::uint32_t step = 1; step <= options.iterations; ++step) {
    const auto users_outcome = alternate.solve(users, items);
    const auto items_outcome = alternate.solve(items, users);
    // With sum_i of the items' objectives and the observed pairs' c p^2, only the users' regularization is missing.
    const double loss = confidence_sum + items_outcome.objective + regularization_loss(users, items.rows(), options);
    if (!std::isfinite(loss)) return diverged(step, options, start.family);
    if (users_outcome.dropped + items_outcome.dropped > 0) return singular(step, options, start.family);
    losses.push_back(loss);
    const auto snapshot = [&] {
      return trained_model{std::make_shared<als_model>(without_padding(items, options.factors), options,
                                                       std::string(start.family), item_scales),
                           without_padding(users, options.factors), losses};
    };
    if (context.progress && !context.progress({step, options.iterations, loss, snapshot})) break;
  }
  return als_factors{without_padding(users, options.factors), without_padding(items, options.factors),
                     std::move(item_scales), std::move(losses)};
}

}  // namespace freshet

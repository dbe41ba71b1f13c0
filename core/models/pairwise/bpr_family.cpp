#include <cmath>

#include "core/models/pairwise/bpr.hpp"
#include "core/models/pairwise/pairwise_training.hpp"
#include "core/models/parallel.hpp"

namespace freshet {
namespace {

pairwise_options steps_of(const bpr_options& options) {
  return {.factors = options.factors,
          .loss = pairwise_loss::bpr,
          .optimizer = pairwise_optimizer::sgd,
          .user_regularization = options.regularization,
          .item_regularization = options.regularization,
          .candidates = options.negative_candidates};
}

error diverged(std::uint32_t iteration, const bpr_options& options) {
  return {error_code::invalid_argument, "bpr: the loss is not a finite number after iteration " +
                                            std::to_string(iteration) + "; lower the learning_rate (now " +
                                            to_string(parameter(options.learning_rate)) + ")"};
}

result<parameters> complete(const parameters& given) {
  FRESHET_ASSIGN(const auto options, bpr_options_from(given));
  return to_parameters(options);
}

std::uint64_t memory_bytes(const data_size& size, const parameters& completed) {
  const auto options = bpr_options_from(completed);
  FRESHET_CHECK(options.ok());
  constexpr std::uint64_t entry_bytes = sizeof(std::uint32_t) + sizeof(float);
  // What is returned: both sides' factors, and the items' directions.
  const std::uint64_t result_bytes = (size.users + 2 * size.items) * options->factors * sizeof(float);
  return size.entries * entry_bytes + size.users * sizeof(std::uint64_t) + result_bytes +
         pairwise_training::memory_bytes(size.users, size.items, size.entries, steps_of(*options), thread_count(0));
}

result<trained_model> train(const training_data& data, const parameters& completed, const training_context& context) {
  FRESHET_ASSIGN(const auto options, bpr_options_from(completed));
  FRESHET_ASSIGN(auto factors, train_bpr(data.strengths, options, context));
  auto served = std::make_shared<bpr_model>(std::move(factors.items), std::move(factors.item_bias), options);
  return trained_model{std::move(served), std::move(factors.users), std::move(factors.loss)};
}

}  // namespace

result<bpr_options> bpr_options_from(const parameters& given) {
  bpr_options options;
  parameter_reader reader("bpr", given);
  reader.integer("factors", {1, least_squares_width_max}, options.factors);
  reader.number("learning_rate", {1e-9, 100}, options.learning_rate);
  reader.number("regularization", {0, 100}, options.regularization);
  reader.integer("iterations", {1, 100'000}, options.iterations);
  reader.integer("negative_candidates", {1, 256}, options.negative_candidates);
  FRESHET_TRY(reader.finish());
  return options;
}

parameters to_parameters(const bpr_options& options) {
  return {{"factors", double{1} * options.factors},
          {"learning_rate", options.learning_rate},
          {"regularization", options.regularization},
          {"iterations", double{1} * options.iterations},
          {"negative_candidates", double{1} * options.negative_candidates}};
}

result<bpr_factors> train_bpr(const interaction_matrix& strengths, const bpr_options& options,
                              const training_context& context) {
  FRESHET_TRY(bpr_options_from(to_parameters(options)));
  pairwise_training training(strengths, steps_of(options), context.seed, thread_count(context.threads));
  if (context.from != nullptr) training.begin_from(*context.from);
  std::vector<double> losses;
  for (std::uint32_t step = 1; step <= options.iterations; ++step) {
    const double loss = training.run_epoch(step, options.learning_rate);
    if (!std::isfinite(loss)) return diverged(step, options);
    losses.push_back(loss);
    const auto snapshot = [&] {
      return trained_model{
          std::make_shared<bpr_model>(factors_of(training.items()), biases_of(training.items()), options),
          factors_of(training.users()), losses};
    };
    if (context.progress && !context.progress({step, options.iterations, loss, snapshot})) break;
  }
  // The last steps show in no loss.
  if (!is_finite(training)) return diverged(static_cast<std::uint32_t>(losses.size()), options);
  return bpr_factors{factors_of(training.users()), factors_of(training.items()), biases_of(training.items()),
                     std::move(losses)};
}

trainer bpr_trainer() {
  return {.name = "bpr",
          .summary = "Matrix factorization by Bayesian personalized ranking",
          .complete = complete,
          .memory_bytes = memory_bytes,
          .train = train,
          .starts_warm = true};
}

}  // namespace freshet

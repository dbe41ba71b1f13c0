#include <cmath>
#include <optional>

#include "core/models/pairwise/lightfm.hpp"
#include "core/models/pairwise/shared_features.hpp"
#include "core/models/parallel.hpp"

namespace freshet {
namespace {

constexpr int feature_steps_per_epoch = 4;

pairwise_options steps_of(const lightfm_options& options, bool has_features) {
  return {.factors = options.no_components,
          .loss = options.loss,
          .optimizer = pairwise_optimizer::adagrad,
          .user_regularization = options.user_alpha,
          .item_regularization = options.item_alpha,
          .candidates = candidates_of(options),
          .keep_gradients = has_features};
}

error diverged(std::size_t epoch, const lightfm_options& options) {
  return {error_code::invalid_argument, "lightfm: the loss is not a finite number after epoch " +
                                            std::to_string(epoch) + "; lower the learning_rate (now " +
                                            to_string(parameter(options.learning_rate)) + ")"};
}

/// The state of a training, with the features where there are some.
class epochs {
 public:
  epochs(const training_data& data, const lightfm_options& options, const training_context& context)
      : options_(options),
        threads_(thread_count(context.threads)),
        pairs_(data.strengths, steps_of(options, data.features != nullptr), context.seed, threads_) {
    if (data.features == nullptr) return;
    shared_.emplace(*data.features, data.strengths, options.no_components,
                    shared_features::options{.learning_rate = options.learning_rate,
                                             .regularization = options.item_alpha,
                                             .steps_per_epoch = feature_steps_per_epoch});
  }

  double run(std::uint32_t epoch) {
    if (!shared_) return pairs_.run_epoch(epoch, options_.learning_rate);
    int steps_done = 0;
    return pairs_.run_epoch(epoch, options_.learning_rate, [&](double share) {
      const int due = static_cast<int>(share * feature_steps_per_epoch);
      if (due == steps_done) return;
      shared_->step(pairs_.items(), threads_);
      steps_done = due;
    });
  }

  bool all_finite() const { return is_finite(pairs_) && (!shared_ || shared_->is_finite()); }

  lightfm_parameters learnt() const {
    return {.users = factors_of(pairs_.users()),
            .user_bias = biases_of(pairs_.users()),
            .items = factors_of(pairs_.items()),
            .item_bias = biases_of(pairs_.items()),
            .features = shared_ ? shared_->embeddings() : nullptr};
  }

 private:
  const lightfm_options& options_;
  std::size_t threads_;
  pairwise_training pairs_;
  std::optional<shared_features> shared_;
};

trained_model served(lightfm_parameters learnt, const lightfm_options& options, std::vector<double> losses) {
  auto users = std::exchange(learnt.users, {});
  return {std::make_shared<lightfm_model>(std::move(learnt), options), std::move(users), std::move(losses)};
}

result<parameters> complete(const parameters& given) {
  FRESHET_ASSIGN(const auto options, lightfm_options_from(given));
  return to_parameters(options);
}

std::uint64_t memory_bytes(const data_size& size, const parameters& completed) {
  const auto options = lightfm_options_from(completed);
  FRESHET_CHECK(options.ok());
  constexpr std::uint64_t entry_bytes = sizeof(std::uint32_t) + sizeof(float);
  // What is returned: both sides' factors, and the items' directions.
  const std::uint64_t result_bytes = (size.users + 2 * size.items) * options->no_components * sizeof(float);
  return size.entries * entry_bytes + size.users * sizeof(std::uint64_t) + result_bytes +
         pairwise_training::memory_bytes(size.users, size.items, size.entries, steps_of(*options, true),
                                         thread_count(0));
}

result<trained_model> train(const training_data& data, const parameters& completed, const training_context& context) {
  FRESHET_ASSIGN(const auto options, lightfm_options_from(completed));
  FRESHET_ASSIGN(auto trained, train_lightfm(data, options, context));
  return served(std::move(trained.parameters), options, std::move(trained.loss));
}

}  // namespace

result<trained_lightfm> train_lightfm(const training_data& data, const lightfm_options& options,
                                      const training_context& context) {
  FRESHET_TRY(lightfm_options_from(to_parameters(options)));
  epochs training(data, options, context);
  std::vector<double> losses;
  for (std::uint32_t epoch = 1; epoch <= options.epochs; ++epoch) {
    const double loss = training.run(epoch);
    if (!std::isfinite(loss)) return diverged(epoch, options);
    losses.push_back(loss);
    const auto snapshot = [&] { return served(training.learnt(), options, losses); };
    if (context.progress && !context.progress({epoch, options.epochs, loss, snapshot})) break;
  }
  // The last steps show in no loss.
  if (!training.all_finite()) return diverged(losses.size(), options);
  return trained_lightfm{training.learnt(), std::move(losses)};
}

trainer lightfm_trainer() {
  return {.name = "lightfm",
          .summary = "Factorization with item features by weighted approximate-rank pairwise loss",
          .complete = complete,
          .memory_bytes = memory_bytes,
          .train = train,
          .uses_features = true};
}

}  // namespace freshet

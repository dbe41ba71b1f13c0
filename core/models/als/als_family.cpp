#include "core/models/als/als.hpp"

namespace freshet {
namespace {

result<parameters> complete(const parameters& given) {
  FRESHET_ASSIGN(const auto options, als_options_from(given));
  return to_parameters(options);
}

std::uint64_t memory_bytes(const data_size& size, const parameters& completed) {
  const auto options = als_options_from(completed);
  FRESHET_CHECK(options.ok());
  return als_memory_bytes({size.users, size.items, size.entries}, *options);
}

result<trained_model> train(const training_data& data, const parameters& completed, const training_context& context) {
  FRESHET_ASSIGN(const auto options, als_options_from(completed));
  FRESHET_ASSIGN(auto factors, train_als(data.strengths, options, context));
  auto served =
      std::make_shared<als_model>(std::move(factors.items), options, "als", std::move(factors.item_confidence_scales));
  return trained_model{std::move(served), std::move(factors.users), std::move(factors.loss)};
}

}  // namespace

trainer als_trainer() {
  return {.name = "als",
          .summary = "Implicit-feedback matrix factorization by alternating least squares",
          .complete = complete,
          .memory_bytes = memory_bytes,
          .train = train,
          .starts_warm = true};
}

}  // namespace freshet

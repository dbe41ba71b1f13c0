#include "core/models/item2vec/item2vec.hpp"

namespace freshet {
namespace {

result<parameters> complete(const parameters& given) {
  FRESHET_ASSIGN(const auto options, item2vec_options_from(given));
  return to_parameters(options);
}

std::uint64_t memory_bytes(const data_size& size, const parameters& completed) {
  const auto options = item2vec_options_from(completed);
  FRESHET_CHECK(options.ok());
  return item2vec_memory_bytes(size, *options);
}

result<trained_model> train(const training_data& data, const parameters& completed, const training_context& context) {
  FRESHET_ASSIGN(const auto options, item2vec_options_from(completed));
  FRESHET_ASSIGN(auto vectors, train_item2vec(data, options, context));
  auto served = std::make_shared<item2vec_model>(std::move(vectors.input), std::move(vectors.output), options);
  return trained_model{std::move(served), {}, std::move(vectors.loss)};
}

}  // namespace

trainer item2vec_trainer() {
  return {"item2vec", "Skip-gram with negative sampling over baskets and sessions", complete, memory_bytes, train};
}

}  // namespace freshet

#include "core/models/ease/ease.hpp"

namespace freshet {
namespace {

result<parameters> complete(const parameters& given) {
  FRESHET_ASSIGN(const auto options, ease_options_from(given));
  return to_parameters(options);
}

std::uint64_t memory_bytes(const data_size& size, const parameters& completed) {
  const auto options = ease_options_from(completed);
  FRESHET_CHECK(options.ok());
  return ease_memory_bytes(size, *options);
}

result<trained_model> train(const training_data& data, const parameters& completed, const training_context& context) {
  FRESHET_ASSIGN(const auto options, ease_options_from(completed));
  FRESHET_ASSIGN(auto solution, train_ease(data, options, context));
  trained_model trained{std::make_shared<ease_model>(std::move(solution.weights), options), {}, {solution.loss}};
  if (context.progress) context.progress({1, 1, solution.loss, [&] { return trained; }});
  return trained;
}

}  // namespace

trainer ease_trainer() {
  return {"ease", "Item-item weights in closed form (EASE), with an option for the order of events", complete,
          memory_bytes, train};
}

}  // namespace freshet

#include "core/models/gru4rec/gru4rec.hpp"

namespace freshet {
namespace {

result<parameters> complete(const parameters& given) {
  FRESHET_ASSIGN(const auto options, gru4rec_options_from(given));
  return to_parameters(options);
}

std::uint64_t memory_bytes(const data_size& size, const parameters& completed) {
  const auto options = gru4rec_options_from(completed);
  FRESHET_CHECK(options.ok());
  return gru4rec_memory_bytes(size, *options);
}

result<trained_model> train(const training_data& data, const parameters& completed, const training_context& context) {
  FRESHET_ASSIGN(const auto options, gru4rec_options_from(completed));
  FRESHET_ASSIGN(auto trained, train_gru4rec(data.sequences, data.strengths.columns(), options, context));
  auto served = std::make_shared<gru4rec_model>(std::move(trained.weights), options);
  return trained_model{std::move(served), {}, std::move(trained.loss)};
}

}  // namespace

trainer gru4rec_trainer() {
  return {"gru4rec", "Recurrent network over sessions: what comes next", complete, memory_bytes, train};
}

}  // namespace freshet

#include "core/models/popularity/popularity.hpp"

namespace freshet {
namespace {

result<parameters> complete(const parameters& given) {
  FRESHET_ASSIGN(const auto options, popularity_options_from(given));
  return to_parameters(options);
}

std::uint64_t memory_bytes(const data_size& size, const parameters&) {
  return size.entries * sizeof(dated_item) + size.items * (sizeof(double) + sizeof(float));
}

std::vector<float> count_users(const interaction_matrix& strengths) {
  std::vector<float> counts(strengths.columns());
  for (const auto column : strengths.column_indices()) ++counts[column];
  return counts;
}

result<trained_model> train(const training_data& data, const parameters& completed, const training_context&) {
  FRESHET_ASSIGN(const auto options, popularity_options_from(completed));
  // Without events what is known is who touched what.
  const auto counts = data.sequences.events.empty()
                          ? count_users(data.strengths)
                          : count_popularity(data.sequences, data.strengths.columns(), options);
  return trained_model{std::make_shared<popularity_model>(counts), {}, {}};
}

}  // namespace

trainer popularity_trainer() {
  return {"popularity", "The most popular items, alike for everybody", complete, memory_bytes, train};
}

}  // namespace freshet

#include "core/models/trainer.hpp"

#include <algorithm>
#include <string>

#include "core/models/als.hpp"
#include "core/models/popularity.hpp"

namespace freshet {
namespace {

result<parameters> complete_als(const parameters& given) {
  FRESHET_ASSIGN(const auto options, als_options_from(given));
  return to_parameters(options);
}

std::uint64_t als_memory(const data_size& size, const parameters& completed) {
  const auto options = als_options_from(completed);
  FRESHET_CHECK(options.ok());
  return als_memory_bytes({size.users, size.items, size.entries}, *options);
}

result<trained_model> train_als_model(const training_data& data, const parameters& completed,
                                      const training_context& context) {
  FRESHET_ASSIGN(const auto options, als_options_from(completed));
  FRESHET_ASSIGN(auto factors, train_als(data.strengths, options, context));
  auto served = std::make_shared<als_model>(std::move(factors.items), options);
  return trained_model{std::move(served), std::move(factors.users), std::move(factors.loss)};
}

result<parameters> complete_popularity(const parameters& given) {
  FRESHET_ASSIGN(const auto options, popularity_options_from(given));
  return to_parameters(options);
}

std::uint64_t popularity_memory(const data_size& size, const parameters&) {
  return size.entries * sizeof(dated_item) + size.items * (sizeof(double) + sizeof(float));
}

result<trained_model> train_popularity(const training_data& data, const parameters& completed,
                                       const training_context&) {
  FRESHET_ASSIGN(const auto options, popularity_options_from(completed));
  auto counts = count_popularity(data.sequences, data.strengths.columns(), options);
  return trained_model{std::make_shared<popularity_model>(std::move(counts)), {}, {}};
}

constexpr trainer all[] = {
    {"als", "Implicit-feedback matrix factorization by alternating least squares", complete_als, als_memory,
     train_als_model},
    {"popularity", "The most popular items, alike for everybody", complete_popularity, popularity_memory,
     train_popularity},
};

}  // namespace

std::span<const trainer> trainers() {
  return all;
}

result<const trainer*> find_trainer(std::string_view name) {
  const auto found = std::find_if(std::begin(all), std::end(all), [&](const auto& each) { return each.name == name; });
  if (found != std::end(all)) return &*found;
  std::string known;
  for (const auto& each : all) known += (known.empty() ? "" : ", ") + std::string(each.name);
  return error{error_code::not_found, "no model is called '" + std::string(name) + "'; known are: " + known};
}

}  // namespace freshet

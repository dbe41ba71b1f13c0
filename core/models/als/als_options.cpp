#include <algorithm>
#include <cmath>

#include "core/models/als/als.hpp"
#include "core/models/als/least_squares_kernels.hpp"

namespace freshet {
namespace {

constexpr float confidence_max = 1e9F;

const std::vector<std::string_view> solver_words{"cg", "cholesky"};
const std::vector<std::string_view> confidence_words{"linear", "log", "binary", "implicit"};

}  // namespace

result<als_options> als_options_from(const parameters& given, std::string_view family) {
  als_options options;
  auto solver = static_cast<std::size_t>(options.solver);
  auto confidence = static_cast<std::size_t>(options.confidence);
  parameter_reader reader(family, given);
  reader.integer("factors", {1, least_squares_width_max}, options.factors);
  reader.number("regularization", {0, 1e6}, options.regularization);
  reader.number("alpha", {0, 1e6}, options.alpha);
  reader.integer("iterations", {1, 10'000}, options.iterations);
  reader.choice("solver", solver_words, solver);
  reader.integer("cg_steps", {1, 1000}, options.cg_steps);
  reader.choice("confidence", confidence_words, confidence);
  reader.number("epsilon", {1e-9, 1e9}, options.epsilon);
  reader.number("unobserved_weight", {0, 1e6}, options.unobserved_weight);
  reader.number("regularization_exponent", {0, 2}, options.regularization_exponent);
  reader.number("confidence_user_exponent", {0, 2}, options.confidence_user_exponent);
  reader.number("confidence_item_exponent", {0, 2}, options.confidence_item_exponent);
  FRESHET_TRY(reader.finish());
  options.solver = static_cast<least_squares_solver>(solver);
  options.confidence = static_cast<confidence_kind>(confidence);
  return options;
}

parameters to_parameters(const als_options& options) {
  return {{"factors", double{1} * options.factors},
          {"regularization", options.regularization},
          {"alpha", options.alpha},
          {"iterations", double{1} * options.iterations},
          {"solver", std::string(solver_words[static_cast<std::size_t>(options.solver)])},
          {"cg_steps", double{1} * options.cg_steps},
          {"confidence", std::string(confidence_words[static_cast<std::size_t>(options.confidence)])},
          {"epsilon", options.epsilon},
          {"unobserved_weight", options.unobserved_weight},
          {"regularization_exponent", options.regularization_exponent},
          {"confidence_user_exponent", options.confidence_user_exponent},
          {"confidence_item_exponent", options.confidence_item_exponent}};
}

status validate(const als_options& options) {
  const auto read_back = als_options_from(to_parameters(options));
  if (!read_back) return read_back.failure();
  return success{};
}

float confidence_of(float strength, const als_options& options) {
  const double r = strength;
  double confidence = 0;
  switch (options.confidence) {
    case confidence_kind::linear:
      confidence = 1 + options.alpha * r;
      break;
    case confidence_kind::log:
      confidence = 1 + options.alpha * std::log1p(r / options.epsilon);
      break;
    case confidence_kind::binary:
      confidence = 1 + options.alpha;
      break;
    case confidence_kind::implicit:
      confidence = options.alpha * r;
      break;
  }
  return std::min(static_cast<float>(confidence), confidence_max);
}

float confidence_scale(std::size_t entries, double exponent) {
  if (entries == 0) return 0;
  return exponent == 0 ? 1 : static_cast<float>(std::pow(static_cast<double>(entries), -exponent));
}

double regularization_of(std::size_t entries, std::size_t others, const als_options& options) {
  if (options.regularization_exponent == 0) return options.regularization;
  const double size = static_cast<double>(entries) + options.unobserved_weight * static_cast<double>(others);
  return options.regularization * std::pow(size, options.regularization_exponent);
}

}  // namespace freshet

// The spaces of the runbook; bounds hold what is published as best on the data of the evaluation protocols.
#include <map>

#include "core/evaluation/search/search_space.hpp"
#include "core/models/hybrid/hybrid_plan.hpp"

namespace freshet {
namespace {

search_dimension logarithmic(std::string name, double min, double max) {
  return {std::move(name), number_range{.min = min, .max = max, .is_log = true, .is_whole = false}};
}
search_dimension linear(std::string name, double min, double max) {
  return {std::move(name), number_range{.min = min, .max = max, .is_log = false, .is_whole = false}};
}
search_dimension whole(std::string name, double min, double max) {
  return {std::move(name), number_range{.min = min, .max = max, .is_log = false, .is_whole = true}};
}
search_dimension logarithmic_whole(std::string name, double min, double max) {
  return {std::move(name), number_range{.min = min, .max = max, .is_log = true, .is_whole = true}};
}

const std::map<std::string_view, search_space>& all_spaces() {
  static const search_space als{logarithmic_whole("factors", 16, 256), logarithmic("regularization", 1e-3, 100),
                                logarithmic("alpha", 0.1, 100)};
  static const std::map<std::string_view, search_space> spaces{
      {"als", als},
      {"bert_als", als},
      {"bpr",
       {logarithmic_whole("factors", 16, 256), logarithmic("learning_rate", 5e-3, 0.5),
        logarithmic("regularization", 1e-4, 0.5)}},
      {"ease", {logarithmic("lambda", 0.1, 5000)}},
      {"gru4rec",
       {logarithmic_whole("hidden_size", 32, 256), linear("dropout", 0, 0.6), logarithmic("learning_rate", 1e-4, 0.3)}},
      {"item2vec", {logarithmic_whole("vector_size", 32, 256), whole("window", 2, 20), whole("min_count", 1, 10)}},
      {"lightfm",
       {logarithmic_whole("no_components", 16, 256), logarithmic("learning_rate", 5e-3, 0.3),
        logarithmic("item_alpha", 1e-8, 1e-2), logarithmic("user_alpha", 1e-8, 1e-2)}},
      {"popularity", {logarithmic("half_life_days", 1, 1000)}},
  };
  return spaces;
}

/// A fiftieth to fifty times the weight of the first part.
result<search_space> weights_of_parts(const parameters& fixed) {
  constexpr double ratio_max = 50;
  FRESHET_ASSIGN(const auto plan, hybrid_plan_from(fixed));
  const double first = plan.parts.front().weight;
  if (plan.parts.size() < 2 || !(first > 0)) {
    return error{error_code::invalid_argument,
                 "hybrid: weights are searched between two parts or more, the first with a weight above 0"};
  }
  search_space space;
  for (std::size_t p = 1; p < plan.parts.size(); ++p) {
    space.push_back(logarithmic(part_parameter(p, "weight"), first / ratio_max, first * ratio_max));
  }
  return space;
}

}  // namespace

result<search_space> search_space_of(std::string_view family, const parameters& fixed) {
  if (family == "hybrid") return weights_of_parts(fixed);
  const auto found = all_spaces().find(family);
  if (found != all_spaces().end()) return found->second;
  std::string known;
  for (const auto& [name, space] : all_spaces()) known += (known.empty() ? "" : ", ") + std::string(name);
  return error{error_code::invalid_argument, std::string(family) + " has no parameters to search; known are: " + known};
}

}  // namespace freshet

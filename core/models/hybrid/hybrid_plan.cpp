#include "core/models/hybrid/hybrid_plan.hpp"

#include <charconv>

namespace freshet {
namespace {

constexpr std::string_view parts_prefix = "parts.";
constexpr std::string_view params_prefix = "params.";

error unusable(const std::string& why) {
  return {error_code::invalid_argument, "hybrid: " + why};
}

struct part_name {
  std::size_t part{};
  std::string name;
};

/// "parts.0.weight" is the weight of part 0.
result<part_name> split(const std::string& name) {
  part_name found;
  const char* begin = name.data() + parts_prefix.size();
  const char* end = name.data() + name.size();
  const auto [rest, failed] = std::from_chars(begin, end, found.part);
  if (failed != std::errc{} || rest == end || *rest != '.' || found.part >= hybrid_parts_max) {
    return unusable("unknown parameter '" + name + "'; parts are numbered from 0 to " +
                    std::to_string(hybrid_parts_max - 1) + ", as in parts.0.model");
  }
  found.name.assign(rest + 1, end);
  return found;
}

/// What was given for one part.
struct given_part {
  parameters own;
  parameters params;
};

result<planned_part> plan_part(std::size_t number, const given_part& given) {
  const auto model = given.own.find("model");
  const auto* family = model == given.own.end() ? nullptr : std::get_if<std::string>(&model->second);
  if (family == nullptr) return unusable("give a family as " + part_parameter(number, "model"));
  planned_part planned;
  FRESHET_ASSIGN(planned.family, find_trainer(*family));
  const std::string context = "part " + std::to_string(number);
  parameter_reader reader(context, given.own);
  reader.ignore("model");
  reader.number("weight", {0, 1e6}, planned.weight);
  FRESHET_TRY(reader.finish());
  auto completed = planned.family->complete(given.params);
  if (!completed) return in_context(context, completed.failure());
  planned.completed = std::move(completed).value();
  return planned;
}

result<hybrid_options> read_options(const parameters& given) {
  hybrid_options options;
  auto strategy = static_cast<std::size_t>(options.strategy);
  parameter_reader reader("hybrid", given);
  reader.integer("cold_start_threshold", {0, 1e6}, options.cold_start_threshold);
  reader.choice("cold_start_strategy", cold_start_words(), strategy);
  reader.ignore("parts");
  FRESHET_TRY(reader.finish());
  options.strategy = static_cast<cold_start_strategy>(strategy);
  return options;
}

}  // namespace

std::string part_parameter(std::size_t part, std::string_view name) {
  return std::string(parts_prefix) + std::to_string(part) + "." + std::string(name);
}

result<hybrid_plan> hybrid_plan_from(const parameters& given) {
  std::vector<given_part> parts;
  parameters rest;
  for (const auto& [name, value] : given) {
    if (!name.starts_with(parts_prefix)) {
      rest[name] = value;
      continue;
    }
    FRESHET_ASSIGN(const auto at, split(name));
    if (at.part >= parts.size()) parts.resize(at.part + 1);
    if (at.name.starts_with(params_prefix)) {
      parts[at.part].params[at.name.substr(params_prefix.size())] = value;
    } else {
      parts[at.part].own[at.name] = value;
    }
  }
  hybrid_plan plan;
  FRESHET_ASSIGN(plan.options, read_options(rest));
  if (parts.empty()) {
    return unusable(
        "what shall be blended? Give parts, as in {\"parts\": [{\"model\": \"als\", \"weight\": 0.5, \"params\": "
        "{\"factors\": 64}}, {\"model\": \"ease\", \"weight\": 0.5}]}");
  }
  for (std::size_t p = 0; p < parts.size(); ++p) {
    FRESHET_ASSIGN(auto planned, plan_part(p, parts[p]));
    plan.parts.push_back(std::move(planned));
  }
  return plan;
}

parameters to_parameters(const hybrid_plan& plan) {
  parameters all{
      {"cold_start_threshold", double{1} * plan.options.cold_start_threshold},
      {"cold_start_strategy", std::string(cold_start_words()[static_cast<std::size_t>(plan.options.strategy)])}};
  for (std::size_t p = 0; p < plan.parts.size(); ++p) {
    const auto& part = plan.parts[p];
    all[part_parameter(p, "model")] = std::string(part.family->name);
    all[part_parameter(p, "weight")] = part.weight;
    for (const auto& [name, value] : part.completed) {
      all[part_parameter(p, std::string(params_prefix) + name)] = value;
    }
  }
  return all;
}

}  // namespace freshet

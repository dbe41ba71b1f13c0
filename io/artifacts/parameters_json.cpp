#include "io/artifacts/parameters_json.hpp"

#include "io/artifacts/json_tree.hpp"

namespace freshet {

namespace {

result<parameter> parameter_of(const std::string& name, const json_tree& value) {
  if (const auto flag = value.boolean()) return parameter(*flag);
  if (const auto number = value.number()) return parameter(*number);
  if (const auto word = value.text()) return parameter(*word);
  return error{error_code::invalid_argument,
               "parameter " + name + " is " + value.compact() + "; expected a finite number, a word, true or false"};
}

// `known` nullptr = every one.
result<parameters> read_parameters(std::string_view text, const parameters* known) {
  FRESHET_ASSIGN(const json_tree tree, parse_json(text));
  if (!tree.is_object()) {
    return error{error_code::invalid_argument, "parameters are a JSON object, such as {\"factors\": 64}"};
  }
  parameters values;
  for (const auto& [name, member] : tree.members()) {
    if (known != nullptr && !known->contains(name)) continue;
    FRESHET_ASSIGN(values[name], parameter_of(name, member));
  }
  return values;
}

}  // namespace

result<parameters> parameters_from_json(std::string_view text) {
  return read_parameters(text, nullptr);
}

result<parameters> known_parameters_from_json(std::string_view text, const parameters& known) {
  return read_parameters(text, &known);
}

std::string to_json(const parameters& values) {
  json_tree tree = json_tree::of_object();
  for (const auto& [name, value] : values) {
    if (const auto* flag = std::get_if<bool>(&value)) tree.set(name, json_tree::of_boolean(*flag));
    if (const auto* number = std::get_if<double>(&value)) tree.set(name, json_tree::of_number(*number));
    if (const auto* word = std::get_if<std::string>(&value)) tree.set(name, json_tree::of_text(*word));
  }
  return tree.pretty();
}

}  // namespace freshet

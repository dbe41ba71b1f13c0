#include "io/artifacts/parameters_json.hpp"

#include "io/artifacts/json_tree.hpp"

namespace freshet {

namespace {

/// Puts `value` under `name`; what is nested goes under dotted names: "parts.0.model".
status put(const std::string& name, const json_tree& value, parameters& into) {
  const auto below = [&](std::string_view member) { return (name.empty() ? "" : name + ".").append(member); };
  std::size_t index = 0;
  for (const auto& [member, inner] : value.members()) FRESHET_TRY(put(below(member), inner, into));
  for (const auto& inner : value.elements()) FRESHET_TRY(put(below(std::to_string(index++)), inner, into));
  if (value.type() == json_tree::kind::object || value.type() == json_tree::kind::array) return success{};
  if (const auto flag = value.boolean()) {
    into[name] = *flag;
  } else if (const auto number = value.number()) {
    into[name] = *number;
  } else if (const auto word = value.text()) {
    into[name] = *word;
  } else {
    return error{error_code::invalid_argument,
                 "parameter " + name + " is " + value.compact() + "; expected a finite number, a word, true or false"};
  }
  return success{};
}

}  // namespace

result<parameters> parameters_from_json(std::string_view text) {
  FRESHET_ASSIGN(const json_tree tree, parse_json(text));
  if (!tree.is_object()) {
    return error{error_code::invalid_argument, "parameters are a JSON object, such as {\"factors\": 64}"};
  }
  parameters values;
  FRESHET_TRY(put("", tree, values));
  return values;
}

result<parameters> known_parameters_from_json(std::string_view text, const parameters& known) {
  FRESHET_ASSIGN(const json_tree tree, parse_json(text));
  if (!tree.is_object()) {
    return error{error_code::invalid_argument, "parameters are a JSON object, such as {\"factors\": 64}"};
  }
  parameters values;
  for (const auto& [name, member] : tree.members()) {
    if (known.contains(name)) FRESHET_TRY(put(name, member, values));
  }
  return values;
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

#include "core/models/parameters.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace freshet {
namespace {

std::string decimal(double number) {
  char text[32];
  std::snprintf(text, sizeof text, "%.10g", number);
  return text;
}

std::string listed(const std::vector<std::string_view>& words) {
  std::string text;
  for (const auto word : words) {
    if (!text.empty()) text += ", ";
    text += word;
  }
  return text;
}

}  // namespace

std::string to_string(const parameter& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* number = std::get_if<double>(&value)) return decimal(*number);
  return '"' + std::get<std::string>(value) + '"';
}

const parameter* parameter_reader::find(std::string_view name) {
  known_.push_back(name);
  const auto found = given_->find(name);
  return found == given_->end() ? nullptr : &found->second;
}

void parameter_reader::reject(std::string_view name, const parameter& value, const std::string& wanted) {
  if (!failure_.empty()) return;
  failure_.append(family_).append(": ").append(name).append(" is ").append(to_string(value)).append("; give ") +=
      wanted;
}

bool parameter_reader::read_number(std::string_view name, number_bounds bounds, bool whole, double& field) {
  const parameter* value = find(name);
  if (value == nullptr) return false;
  const double* number = std::get_if<double>(value);
  // Written so that NaN fails.
  const bool usable =
      number != nullptr && *number >= bounds.min && *number <= bounds.max && (!whole || std::trunc(*number) == *number);
  if (!usable) {
    const std::string kind = whole ? "a whole number from " : "a number from ";
    reject(name, *value, kind + decimal(bounds.min) + " to " + decimal(bounds.max));
    return false;
  }
  field = *number;
  return true;
}

void parameter_reader::number(std::string_view name, number_bounds bounds, double& field) {
  read_number(name, bounds, false, field);
}

void parameter_reader::integer(std::string_view name, number_bounds bounds, std::uint32_t& field) {
  double value{};
  if (read_number(name, bounds, true, value)) field = static_cast<std::uint32_t>(value);
}

void parameter_reader::choice(std::string_view name, const std::vector<std::string_view>& words, std::size_t& field) {
  const parameter* value = find(name);
  if (value == nullptr) return;
  const auto* word = std::get_if<std::string>(value);
  const auto found = word == nullptr ? words.end() : std::find(words.begin(), words.end(), *word);
  if (found == words.end()) return reject(name, *value, "one of: " + listed(words));
  field = static_cast<std::size_t>(found - words.begin());
}

status parameter_reader::finish() {
  if (!failure_.empty()) return error{error_code::invalid_argument, failure_};
  for (const auto& [name, value] : *given_) {
    if (std::find(known_.begin(), known_.end(), name) != known_.end()) continue;
    return error{error_code::invalid_argument,
                 std::string(family_) + ": unknown parameter '" + name + "'; known are: " + listed(known_)};
  }
  return success{};
}

}  // namespace freshet

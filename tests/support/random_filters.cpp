#include "tests/support/random_filters.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/base/text.hpp"

namespace freshet::testing {
namespace {

const std::vector<std::string> texts{"category", "brand", "colour"};
const std::vector<std::string> numbers{"price", "avg_star", "weight"};

const std::string& one_of(random_source& random, const std::vector<std::string>& list) {
  return list[random.below(list.size())];
}

/// Few distinct values, so that equal ones are common; one has quotes.
std::string random_text(random_source& random) {
  static const std::vector<std::string> values{"a", "b", "A", "a b", "\"q\\", "é"};
  return one_of(random, values);
}
double random_number(random_source& random) {
  return static_cast<double>(random.below(8)) / 2 - 1;
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}
std::string written(double number) {
  std::string out;
  append_json_number(out, number);
  return out;
}

using truth = std::function<bool(const item&)>;

random_condition text_comparison(random_source& random) {
  const auto name = one_of(random, texts);
  const auto value = random_text(random);
  const auto equal = [=](const item& of) { return value_of(of, name) == attribute_value(value); };
  if (random.below(2) == 0) return {name + " = " + quoted(value), equal};
  return {name + " != " + quoted(value), [=](const item& of) { return !equal(of); }};
}

random_condition number_comparison(random_source& random) {
  using compare = bool (*)(double, double);
  static const std::array<std::pair<const char*, compare>, 5> operators{
      {{"<", [](double a, double b) { return a < b; }},
       {"<=", [](double a, double b) { return a <= b; }},
       {">", [](double a, double b) { return a > b; }},
       {">=", [](double a, double b) { return a >= b; }},
       {"==", [](double a, double b) { return a == b; }}}};
  const auto name = one_of(random, numbers);
  const double bound = random_number(random);
  const auto [word, holds] = operators[random.below(operators.size())];
  return {name + word + written(bound), [name, bound, holds = holds](const item& of) {
            const auto value = value_of(of, name);
            return value && holds(std::get<double>(*value), bound);
          }};
}

random_condition membership(random_source& random) {
  const bool of_text = random.below(2) == 0;
  const auto name = one_of(random, of_text ? texts : numbers);
  std::vector<attribute_value> values;
  std::string list;
  for (std::size_t left = 1 + random.below(3); left > 0; --left) {
    if (of_text) {
      const auto value = random_text(random);
      list += quoted(value);
      values.emplace_back(value);
    } else {
      const double value = random_number(random);
      list += written(value);
      values.emplace_back(value);
    }
    if (left > 1) list += ", ";
  }
  const bool negated = random.below(3) == 0;
  return {name + (negated ? " not in (" : " in (") + list + ")", [=](const item& of) {
            const auto value = value_of(of, name);
            return (value && std::ranges::find(values, *value) != values.end()) != negated;
          }};
}

random_condition presence(random_source& random) {
  const auto name = random.below(2) == 0 ? one_of(random, texts) : one_of(random, numbers);
  const bool negated = random.below(2) == 0;
  return {name + (negated ? " is not null" : " IS NULL"),
          [=](const item& of) { return value_of(of, name).has_value() == negated; }};
}

random_condition simple(random_source& random) {
  switch (random.below(6)) {
    case 0:
      return text_comparison(random);
    case 1:
    case 2:
      return number_comparison(random);
    case 3:
      return membership(random);
    case 4:
      return presence(random);
    default:
      return {"in_stock", [](const item& of) { return value_of(of, "in_stock") == attribute_value(true); }};
  }
}

}  // namespace

item random_item(random_source& random, std::string id) {
  item made{.item_id = std::move(id)};
  const auto known = [&] { return random.below(4) != 0; };
  made.title = "Item " + made.item_id;
  if (known()) made.category = random_text(random);
  if (known()) made.brand = random_text(random);
  if (known()) made.price = random_number(random);
  if (known()) made.avg_star = random_number(random);
  if (known()) made.attributes["colour"] = random_text(random);
  if (known()) made.attributes["weight"] = random_number(random);
  if (known()) made.attributes["in_stock"] = random.below(2) == 0;
  return made;
}

random_condition random_filter(random_source& random, std::size_t depth) {
  if (depth == 0 || random.below(3) == 0) return simple(random);
  if (random.below(3) == 0) {
    const auto inner = random_filter(random, depth - 1);
    return {"not (" + inner.text + ")", [holds = inner.holds](const item& of) { return !holds(of); }};
  }
  const auto left = random_filter(random, depth - 1);
  const auto right = random_filter(random, depth - 1);
  if (random.below(2) == 0) {
    return {"(" + left.text + ") and (" + right.text + ")",
            [a = left.holds, b = right.holds](const item& of) { return a(of) && b(of); }};
  }
  return {"(" + left.text + ") or (" + right.text + ")",
          [a = left.holds, b = right.holds](const item& of) { return a(of) || b(of); }};
}

std::optional<attribute_value> value_of(const item& of, const std::string& attribute) {
  const auto value = [](const auto& member) {
    return member ? std::optional<attribute_value>(*member) : std::optional<attribute_value>();
  };
  if (attribute == "category") return value(of.category);
  if (attribute == "brand") return value(of.brand);
  if (attribute == "price") return value(of.price);
  if (attribute == "avg_star") return value(of.avg_star);
  const auto found = of.attributes.find(attribute);
  return found == of.attributes.end() ? std::optional<attribute_value>() : found->second;
}

}  // namespace freshet::testing

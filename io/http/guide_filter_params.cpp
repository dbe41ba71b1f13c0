#include <algorithm>
#include <array>
#include <boost/json/value.hpp>
#include <boost/json/value_to.hpp>

#include "io/http/filter_text.hpp"
#include "io/http/guide_members.hpp"

namespace freshet::http {
namespace {

namespace json = boost::json;

constexpr std::size_t name_bytes_max = 256;
constexpr std::size_t values_max = 1'000;

/// What the answer calls an attribute, and what the catalogue does.
constexpr std::array<std::pair<std::string_view, std::string_view>, 2> aliases{
    {{"product_id", "item_id"}, {"product_name", "title"}}};

std::string_view attribute_named(std::string_view name) {
  const auto* found = std::ranges::find(aliases, name, [](const auto& each) { return each.first; });
  return found == aliases.end() ? name : found->second;
}

/// An id is text in the catalogue, also where the guide writes an integer.
std::optional<attribute_value> as_value(std::string_view attribute, const json::value& given) {
  if (attribute == "item_id") {
    auto id = as_id(given);
    return id ? std::optional<attribute_value>(std::move(id->text)) : std::nullopt;
  }
  if (const auto* text = given.if_string()) return std::string(*text);
  if (const auto* flag = given.if_bool()) return *flag;
  if (given.is_number()) return given.to_number<double>();
  return std::nullopt;
}

class filter_params {
 public:
  explicit filter_params(complaints& list) : complaints_(list) {}

  void add(std::string_view name, const json::value& given) {
    if (given.is_null()) return;
    if (name.empty() || name.size() > name_bytes_max) {
      return refuse(name, "No attribute has such a name", "extra_forbidden");
    }
    if (name == "price_min") return add_bound(name, given, &filter_text::at_least, "price");
    if (name == "price_max") return add_bound(name, given, &filter_text::at_most, "price");
    if (name == "min_rating") return add_bound(name, given, &filter_text::at_least, "avg_star");
    const std::string_view attribute = attribute_named(name);
    if (const auto* values = given.if_array()) return add_list(name, attribute, *values);
    if (const auto value = as_value(attribute, given)) return filter_.equal(attribute, *value);
    refuse(name, "Input should be a string, a number, a boolean or a list of them", "value_error");
  }

  const std::string& text() const { return filter_.text(); }

 private:
  void add_bound(std::string_view name, const json::value& given, void (filter_text::*bound)(std::string_view, double),
                 std::string_view attribute) {
    if (!given.is_number()) return refuse(name, "Input should be a valid number", "float_type");
    (filter_.*bound)(attribute, given.to_number<double>());
  }

  void add_list(std::string_view name, std::string_view attribute, const json::array& given) {
    if (given.empty()) return;
    if (given.size() > values_max) return refuse(name, "List should have at most 1000 items", "too_long");
    std::vector<attribute_value> values;
    for (const auto& each : given) {
      auto value = as_value(attribute, each);
      if (!value) return refuse(name, "Input should be a list of strings, numbers or booleans", "value_error");
      values.push_back(*std::move(value));
    }
    filter_.any_of(attribute, values);
  }

  void refuse(std::string_view name, std::string msg, std::string type) {
    complaints_.push_back({{"body", "filter_params", std::string(name)}, std::move(msg), std::move(type)});
  }

  complaints& complaints_;
  filter_text filter_;
};

}  // namespace

void read_filter_params(const json::object& body, std::string& filter, complaints& list) {
  const json::value* given = body.if_contains("filter_params");
  if (given == nullptr || given->is_null()) return;
  const auto* members = given->if_object();
  if (members == nullptr) return complain(list, "filter_params", "Input should be a valid dictionary", "dict_type");
  filter_params read(list);
  for (const auto& [name, value] : *members) read.add(name, value);
  filter = read.text();
}

}  // namespace freshet::http

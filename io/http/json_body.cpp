#include "io/http/json_body.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <cctype>
#include <cmath>
#include <limits>

#include "core/base/text.hpp"

namespace freshet::http {
namespace {

namespace json = boost::json;

bool all_numbers_finite(const json::value& value) {
  if (const auto* number = value.if_double()) return std::isfinite(*number);
  if (const auto* list = value.if_array()) return std::all_of(list->begin(), list->end(), all_numbers_finite);
  if (const auto* object = value.if_object()) {
    return std::all_of(object->begin(), object->end(),
                       [](const auto& each) { return all_numbers_finite(each.value()); });
  }
  return true;
}

}  // namespace

std::string media_type(const request& in) {
  std::string_view text = in.header("content-type").value_or("");
  text = text.substr(0, text.find(';'));
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  std::string type(text);
  std::transform(type.begin(), type.end(), type.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return type;
}

bool is_json_type(std::string_view type) {
  return type.empty() || type == "application/json" || type.ends_with("+json");
}

std::variant<json::object, body_failure> read_json_object(const request& in) {
  using enum body_failure::kind;
  if (const std::string type = media_type(in); !is_json_type(type)) {
    return body_failure{wrong_type, "content type " + in_quotes(type) + " is not understood; send application/json"};
  }
  if (in.body.find_first_not_of(" \t\r\n") == std::string::npos) {
    return body_failure{empty, "the body is empty; send a JSON object"};
  }
  json::error_code failed;
  json::value tree = json::parse(in.body, failed);
  if (failed) return body_failure{not_json, "the body is not JSON; send one JSON object"};
  if (!all_numbers_finite(tree)) return body_failure{not_json, "the body holds a number that is too large"};
  if (!tree.is_object()) return body_failure{not_an_object, shown(tree) + " is not an object; send one JSON object"};
  return std::move(tree.get_object());
}

std::optional<json_id> as_id(const json::value& value) {
  if (const auto* text = value.if_string()) return json_id{std::string(*text), false};
  if (const auto* number = value.if_int64()) return json_id{std::to_string(*number), true};
  if (const auto* number = value.if_uint64()) return json_id{std::to_string(*number), true};
  return std::nullopt;
}

std::optional<std::int64_t> as_integer(const json::value& value) {
  constexpr auto largest = std::numeric_limits<std::int64_t>::max();
  if (const auto* number = value.if_int64()) return *number;
  if (value.is_uint64()) return largest;
  if (const auto* number = value.if_double(); number != nullptr && std::trunc(*number) == *number) {
    // Beyond 2^53 it is out of every range anyway.
    return static_cast<std::int64_t>(std::clamp(*number, -0x1p53, 0x1p53));
  }
  return std::nullopt;
}

std::string shown(const json::value& value) {
  if (value.is_array()) return "an array";
  if (value.is_object()) return "an object";
  if (const auto* text = value.if_string()) return in_quotes(*text);
  return json::serialize(value);
}

}  // namespace freshet::http

#include "tests/conformance/shape.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <cmath>
#include <regex>

namespace freshet::testing {
namespace {

namespace json = boost::json;

bool is_of_type(const json::value& value, std::string_view type) {
  static const std::regex time(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d))");
  if (type == "any") return true;
  if (type == "string") return value.is_string();
  if (type == "integer") return value.is_int64() || value.is_uint64();
  if (type == "number") return value.is_number();
  if (type == "boolean") return value.is_bool();
  if (type == "null") return value.is_null();
  if (type == "object") return value.is_object();
  if (type == "list") return value.is_array();
  if (type == "time") return value.is_string() && std::regex_match(std::string(value.get_string()), time);
  ADD_FAILURE() << "the shape names no type: " << type;
  return false;
}

void expect_type(const json::value& value, std::string_view types, const std::string& place) {
  for (std::string_view rest = types; !rest.empty();) {
    const auto bar = std::min(rest.find('|'), rest.size());
    if (is_of_type(value, rest.substr(0, bar))) return;
    rest.remove_prefix(std::min(bar + 1, rest.size()));
  }
  ADD_FAILURE() << place << " is not of type " << types << ": " << json::serialize(value);
}

void expect_at(const json::value& value, const json::value& shape, const std::string& place) {
  if (const auto* type = shape.if_string()) return expect_type(value, *type, place);
  if (const auto* members = shape.if_object()) {
    if (!value.is_object()) {
      ADD_FAILURE() << place << " is no object: " << json::serialize(value);
      return;
    }
    for (const auto& [name, inner] : *members) {
      const auto* member = value.get_object().if_contains(name);
      const std::string where = place + "." + std::string(name);
      if (member == nullptr) {
        ADD_FAILURE() << where << " is missing";
      } else {
        expect_at(*member, inner, where);
      }
    }
    return;
  }
  const auto& element = shape.as_array();
  if (!value.is_array()) {
    ADD_FAILURE() << place << " is no list: " << json::serialize(value);
    return;
  }
  EXPECT_TRUE(element.size() > 1 || !value.get_array().empty()) << place << " is empty";
  std::size_t at = 0;
  for (const auto& each : value.get_array()) expect_at(each, element[0], place + "[" + std::to_string(at++) + "]");
}

}  // namespace

void expect_shape(const json::value& value, std::string_view shape) {
  expect_at(value, json::parse(shape), "body");
}

void expect_problem(const json::value& body, unsigned status, std::string_view detail) {
  expect_shape(body, R"({"detail": "string", "type": "string", "title": "string", "status": "integer",
                         "instance": "string", "request_id": "string"})");
  if (::testing::Test::HasFailure()) return;
  EXPECT_EQ(body.at("status").to_number<unsigned>(), status);
  EXPECT_NE(body.at("detail").as_string().find(detail), json::string_view::npos) << body.at("detail");
}

}  // namespace freshet::testing

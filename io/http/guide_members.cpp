#include "io/http/guide_members.hpp"

#include <boost/json/value.hpp>
#include <utility>

#include "io/events/event_validation.hpp"
#include "io/http/parameters.hpp"

namespace freshet::http {
namespace {

namespace json = boost::json;

response refuse_body(const body_failure& why, const request& in) {
  using enum body_failure::kind;
  switch (why.what) {
    case wrong_type:
      return problem(415, why.sentence, in);
    case empty:
      return validation_problem({{{"body"}, "Field required", "missing"}}, in);
    case not_json:
      return validation_problem({{{"body"}, "JSON decode error: " + why.sentence, "json_invalid"}}, in);
    case not_an_object:
      break;
  }
  return validation_problem({{{"body"}, "Input should be a valid dictionary: " + why.sentence, "dict_type"}}, in);
}

}  // namespace

std::variant<json::object, response> read_guide_body(const request& in) {
  auto body = read_json_object(in);
  if (const auto* why = std::get_if<body_failure>(&body)) return refuse_body(*why, in);
  return std::get<json::object>(std::move(body));
}

void complain(complaints& list, std::string_view member, std::string msg, std::string type) {
  list.push_back({{"body", std::string(member)}, std::move(msg), std::move(type)});
}

std::optional<json_id> read_id(const json::value& given, std::vector<std::string> loc, complaints& list) {
  auto id = as_id(given);
  if (!id) {
    list.push_back({std::move(loc), "Input should be a valid integer or string", "string_type"});
    return std::nullopt;
  }
  if (const auto bad = check_id(loc.back(), id->text)) {
    list.push_back({std::move(loc), bad->message, "value_error"});
    return std::nullopt;
  }
  return id;
}

std::optional<json_id> read_required_id(const json::object& body, std::string_view member, complaints& list) {
  const json::value* given = body.if_contains(member);
  if (given != nullptr) return read_id(*given, {"body", std::string(member)}, list);
  complain(list, member, "Field required", "missing");
  return std::nullopt;
}

void read_topk(const json::object& body, std::int64_t topk_max, std::size_t& out, complaints& list) {
  const json::value* given = body.if_contains("topk");
  if (given == nullptr) return;
  auto number = as_integer(*given);
  if (const auto* text = given->if_string()) number = parse_integer(std::string_view(*text));
  if (!number) {
    if (given->is_string()) return complain(list, "topk", "Input should be a valid integer", "int_parsing");
    if (given->is_double()) return complain(list, "topk", "Input should be a valid integer", "int_from_float");
    return complain(list, "topk", "Input should be a valid integer", "int_type");
  }
  if (*number < 1) return complain(list, "topk", "Input should be greater than or equal to 1", "greater_than_equal");
  if (*number > topk_max) {
    return complain(list, "topk", "Input should be less than or equal to " + std::to_string(topk_max),
                    "less_than_equal");
  }
  out = static_cast<std::size_t>(*number);
}

std::optional<bool> as_flag(const json::value& given) {
  if (const auto* plain = given.if_bool()) return *plain;
  if (const auto* text = given.if_string()) return parse_flag(std::string_view(*text));
  if (const auto* number = given.if_int64(); number != nullptr && (*number == 0 || *number == 1)) return *number == 1;
  return std::nullopt;
}

void read_flag(const json::object& body, std::string_view member, bool& out, complaints& list) {
  const json::value* given = body.if_contains(member);
  if (given == nullptr) return;
  const auto flag = as_flag(*given);
  if (!flag) return complain(list, member, "Input should be a valid boolean", "bool_parsing");
  out = *flag;
}

}  // namespace freshet::http

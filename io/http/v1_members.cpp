#include "io/http/v1_members.hpp"

#include <algorithm>
#include <boost/json/value.hpp>
#include <boost/json/value_to.hpp>
#include <set>

#include "config/settings.hpp"
#include "core/base/text.hpp"
#include "io/events/event_validation.hpp"
#include "io/events/timestamp.hpp"
#include "io/http/json_body.hpp"
#include "io/http/problem.hpp"

namespace freshet::http {
namespace {

namespace json = boost::json;

/// "history[3].weight: 0 " and what is wrong with it.
response refuse(unsigned status, const v1_object& from, std::string_view name, const json::value& given,
                std::string_view why) {
  return problem(status, from.place + std::string(name) + ": " + shown(given) + " " + std::string(why), from.in);
}

}  // namespace

std::variant<json::object, response> read_v1_body(const request& in) {
  auto body = read_json_object(in);
  if (const auto* why = std::get_if<body_failure>(&body)) {
    return problem(why->what == body_failure::kind::wrong_type ? 415 : 400, why->sentence, in);
  }
  return std::get<json::object>(std::move(body));
}

response refuse_unknown(std::string_view name, const std::vector<std::string>& known, const request& in) {
  return problem(400, in_quotes(name) + " is unknown; did you mean " + in_quotes(nearest_key(name, known)) + "?", in);
}

refusal check_members(const v1_object& from, const std::vector<std::string>& known) {
  for (const auto& each : from.members) {
    if (std::ranges::find(known, std::string_view(each.key())) == known.end()) {
      return refuse_unknown(each.key(), known, from.in);
    }
  }
  return std::nullopt;
}

const json::value* find_member(const v1_object& from, std::string_view name) {
  const json::value* given = from.members.if_contains(name);
  return given != nullptr && given->is_null() ? nullptr : given;
}

refusal read_member(const v1_object& from, std::string_view name, bool& out) {
  const json::value* given = find_member(from, name);
  if (given == nullptr) return std::nullopt;
  if (!given->is_bool()) return refuse(422, from, name, *given, "is neither true nor false");
  out = given->get_bool();
  return std::nullopt;
}

refusal read_member(const v1_object& from, std::string_view name, std::string& out) {
  const json::value* given = find_member(from, name);
  if (given == nullptr) return std::nullopt;
  const auto* text = given->if_string();
  if (text == nullptr) return refuse(422, from, name, *given, "is not a string");
  out = std::string(*text);
  return std::nullopt;
}

refusal read_member(const v1_object& from, std::string_view name, integer_range allowed, std::size_t& out) {
  const json::value* given = find_member(from, name);
  if (given == nullptr) return std::nullopt;
  const auto number = as_integer(*given);
  if (!number) return refuse(422, from, name, *given, "is not an integer");
  if (*number < allowed.min || *number > allowed.max) {
    return refuse(400, from, name, *given,
                  "is out of range; give " + std::to_string(allowed.min) + " to " + std::to_string(allowed.max));
  }
  out = static_cast<std::size_t>(*number);
  return std::nullopt;
}

refusal read_member(const v1_object& from, std::string_view name, const factor_range& allowed, float& out) {
  const json::value* given = find_member(from, name);
  if (given == nullptr) return std::nullopt;
  if (!given->is_number()) return refuse(422, from, name, *given, "is not a number");
  // Judged as it will be used: a tiny double is 0 as a float.
  const auto number = static_cast<float>(std::clamp(given->to_number<double>(), -1e30, 1e30));
  if (number < allowed.min || (number == allowed.min && !allowed.min_included) || number > allowed.max) {
    std::string why = allowed.min_included ? "is out of range; give " : "is out of range; give more than ";
    append_json_number(why, allowed.min);
    why += allowed.min_included ? " to " : ", at most ";
    append_json_number(why, allowed.max);
    return refuse(400, from, name, *given, why);
  }
  out = number;
  return std::nullopt;
}

refusal read_time(const v1_object& from, std::string_view name, std::optional<unix_seconds>& out) {
  const json::value* given = find_member(from, name);
  if (given == nullptr) return std::nullopt;
  std::optional<unix_seconds> time;
  if (const auto* text = given->if_string()) time = parse_timestamp(std::string_view(*text));
  if (const auto* number = given->if_int64()) time = from_epoch_number(*number);
  if (!time) {
    return refuse(422, from, name, *given, "is not a time; give unix seconds, unix milliseconds or RFC 3339");
  }
  if (*time < event_time_earliest) return refuse(400, from, name, *given, "lies before 1990");
  out = time;
  return std::nullopt;
}

refusal read_id(const v1_object& from, std::string_view name, std::string& id, bool& is_number) {
  const json::value* given = find_member(from, name);
  if (given == nullptr) return std::nullopt;
  auto read = as_id(*given);
  if (!read) return refuse(422, from, name, *given, "is neither a string nor an integer");
  if (const auto bad = check_id(from.place + std::string(name), read->text)) return problem(400, bad->message, from.in);
  id = std::move(read->text);
  is_number = read->is_number;
  return std::nullopt;
}

refusal read_ids(const v1_object& from, std::string_view name, std::size_t ids_max, std::vector<std::string>& out) {
  const json::value* given = find_member(from, name);
  if (given == nullptr) return std::nullopt;
  const auto* list = given->if_array();
  if (list == nullptr) return refuse(422, from, name, *given, "is not a list");
  if (list->size() > ids_max) {
    return problem(
        400,
        std::string(name) + " has " + std::to_string(list->size()) + " ids; give at most " + std::to_string(ids_max),
        from.in);
  }
  out.reserve(list->size());
  for (const auto& each : *list) {
    const std::string place = std::string(name) + "[" + std::to_string(out.size()) + "]";
    auto id = as_id(each);
    if (!id) return problem(422, place + ": " + shown(each) + " is neither a string nor an integer", from.in);
    if (const auto bad = check_id(place, id->text)) return problem(400, bad->message, from.in);
    out.push_back(std::move(id->text));
  }
  return std::nullopt;
}

refusal check_fields(std::vector<std::string>& names, const request& in) {
  if (names.size() > fields_max) {
    return problem(
        400, "fields has " + std::to_string(names.size()) + " names; give at most " + std::to_string(fields_max), in);
  }
  // Those that every item has anyway are not written twice.
  std::set<std::string_view> written{"item_id", "score", "rank", "because"};
  std::vector<std::string> wanted;
  for (const auto& name : names) {
    if (name.empty() || name.size() > 256) return problem(400, "fields: " + in_quotes(name) + " is no name", in);
    if (written.insert(name).second) wanted.push_back(name);
  }
  names = std::move(wanted);
  return std::nullopt;
}

refusal read_fields(const v1_object& from, std::optional<std::vector<std::string>>& out) {
  const json::value* given = find_member(from, "fields");
  if (given == nullptr) return std::nullopt;
  const auto* list = given->if_array();
  if (list == nullptr) return refuse(422, from, "fields", *given, "is not a list");
  std::vector<std::string> names;
  for (const auto& each : *list) {
    const auto* name = each.if_string();
    if (name == nullptr) return problem(422, "fields: " + shown(each) + " is not a string", from.in);
    names.emplace_back(*name);
  }
  if (auto refused = check_fields(names, from.in)) return refused;
  out = std::move(names);
  return std::nullopt;
}

}  // namespace freshet::http

#include <algorithm>
#include <boost/json/value.hpp>
#include <boost/json/value_to.hpp>
#include <cmath>
#include <vector>

#include "config/settings.hpp"
#include "core/base/text.hpp"
#include "io/events/event_validation.hpp"
#include "io/events/timestamp.hpp"
#include "io/http/json_body.hpp"
#include "io/http/parameters.hpp"
#include "io/http/problem.hpp"
#include "io/http/recommendation_api.hpp"
#include "io/http/recommendation_json.hpp"
#include "io/http/unsupported.hpp"

namespace freshet::http {
namespace {

namespace json = boost::json;

constexpr std::int64_t k_max = 1000;
constexpr std::size_t history_entries_max = 1000;

const std::vector<std::string> query_members{"user_id", "history", "k", "exclude_seen", "diversity", "explain"};
const std::vector<std::string> history_members{"item_id", "weight", "ts"};

/// A misspelt member would silently not do what its author wants.
response refuse_unknown(std::string_view name, const std::vector<std::string>& known, const request& in) {
  return problem(400, in_quotes(name) + " is unknown; did you mean " + in_quotes(nearest_key(name, known)) + "?", in);
}

bool is_one_of(std::string_view name, const std::vector<std::string>& known) {
  return std::find(known.begin(), known.end(), name) != known.end();
}

refusal check_query_members(const json::object& body, const request& in) {
  for (const auto& [name, value] : body) {
    if (is_one_of(name, query_members)) continue;
    if (!is_unsupported(surface::v1, name)) return refuse_unknown(name, query_members, in);
    if (!asks_for_nothing(value)) return problem(400, unsupported_sentence(name), in);
  }
  return std::nullopt;
}

refusal read_user(const json::object& body, recommend_query& query, const request& in) {
  const json::value* given = body.if_contains("user_id");
  if (given == nullptr || given->is_null()) return std::nullopt;
  auto id = as_id(*given);
  if (!id) return problem(422, "user_id: " + shown(*given) + " is neither a string nor an integer", in);
  if (const auto bad = check_id("user_id", id->text)) return problem(400, bad->message, in);
  query.user_id = std::move(id->text);
  query.user_id_is_number = id->is_number;
  return std::nullopt;
}

refusal read_k(const json::object& body, recommend_query& query, const request& in) {
  const json::value* given = body.if_contains("k");
  if (given == nullptr || given->is_null()) return std::nullopt;
  const auto number = as_integer(*given);
  if (!number) return problem(422, "k: " + shown(*given) + " is not an integer", in);
  if (*number < 1 || *number > k_max) {
    return problem(400, "k: " + shown(*given) + " is out of range; give 1 to " + std::to_string(k_max), in);
  }
  query.k = static_cast<std::size_t>(*number);
  return std::nullopt;
}

refusal read_flag(const json::object& body, std::string_view name, bool& out, const request& in) {
  const json::value* given = body.if_contains(name);
  if (given == nullptr || given->is_null()) return std::nullopt;
  if (!given->is_bool()) {
    return problem(422, std::string(name) + ": " + shown(*given) + " is neither true nor false", in);
  }
  out = given->get_bool();
  return std::nullopt;
}

refusal read_diversity(const json::object& body, recommend_query& query, const request& in) {
  const json::value* given = body.if_contains("diversity");
  if (given == nullptr || given->is_null()) return std::nullopt;
  if (!given->is_number()) return problem(422, "diversity: " + shown(*given) + " is not a number", in);
  const auto diversity = given->to_number<double>();
  if (!(diversity >= 0 && diversity <= 1)) {
    return problem(400, "diversity: " + shown(*given) + " is out of range; give 0 to 1", in);
  }
  query.diversity = static_cast<float>(diversity);
  return std::nullopt;
}

refusal read_weight(const json::value& given, float& out, const std::string& place, const request& in) {
  if (!given.is_number()) return problem(422, place + ".weight: " + shown(given) + " is not a number", in);
  const auto weight = static_cast<float>(given.to_number<double>());
  if (!(weight > 0) || !std::isfinite(weight)) {
    return problem(400, place + ".weight: " + shown(given) + " is out of range; give more than 0", in);
  }
  out = weight;
  return std::nullopt;
}

refusal read_time(const json::value& given, unix_seconds& out, const std::string& place, const request& in) {
  std::optional<unix_seconds> time;
  if (const auto* text = given.if_string()) time = parse_timestamp(std::string_view(*text));
  if (const auto* number = given.if_int64()) time = from_epoch_number(*number);
  if (!time) {
    return problem(
        422, place + ".ts: " + shown(given) + " is not a time; give unix seconds, unix milliseconds or RFC 3339", in);
  }
  if (*time < event_time_earliest) return problem(400, place + ".ts: " + shown(given) + " lies before 1990", in);
  out = *time;
  return std::nullopt;
}

refusal read_entry(const json::value& given, history_entry& out, const std::string& place, const request& in) {
  const auto* entry = given.if_object();
  if (entry == nullptr) return problem(422, place + ": " + shown(given) + " is not an object", in);
  for (const auto& each : *entry) {
    if (!is_one_of(each.key(), history_members)) return refuse_unknown(each.key(), history_members, in);
  }
  const json::value* item = entry->if_contains("item_id");
  if (item == nullptr) return problem(422, place + ".item_id is required", in);
  auto id = as_id(*item);
  if (!id) return problem(422, place + ".item_id: " + shown(*item) + " is neither a string nor an integer", in);
  if (const auto bad = check_id(place + ".item_id", id->text)) return problem(400, bad->message, in);
  out.item_id = std::move(id->text);
  if (const auto* weight = entry->if_contains("weight"); weight != nullptr && !weight->is_null()) {
    if (auto refused = read_weight(*weight, out.weight, place, in)) return refused;
  }
  if (const auto* ts = entry->if_contains("ts"); ts != nullptr && !ts->is_null())
    return read_time(*ts, out.ts, place, in);
  return std::nullopt;
}

refusal read_history(const json::object& body, recommend_query& query, const request& in) {
  const json::value* given = body.if_contains("history");
  if (given == nullptr || given->is_null()) return std::nullopt;
  const auto* list = given->if_array();
  if (list == nullptr) return problem(422, "history: " + shown(*given) + " is not a list", in);
  if (list->size() > history_entries_max) {
    return problem(400, "history has " + std::to_string(list->size()) + " entries; give at most 1000, the newest", in);
  }
  query.history.resize(list->size());
  for (std::size_t at = 0; at < list->size(); ++at) {
    if (auto refused = read_entry((*list)[at], query.history[at], "history[" + std::to_string(at) + "]", in)) {
      return refused;
    }
  }
  return std::nullopt;
}

void append_reasons(std::string& out, const std::vector<reason>& reasons) {
  out += "\"because\":[";
  const char* separator = "";
  for (const auto& [view, contribution] : reasons) {
    out += separator;
    out += "{\"item_id\":";
    out += view->quoted_id();
    out += ",\"title\":";
    if (view->metadata().title) {
      append_json_string(out, *view->metadata().title);
    } else {
      out += "null";
    }
    out += ",\"contribution\":";
    append_json_number(out, contribution);
    out += '}';
    separator = ",";
  }
  out += ']';
}

void append_v1_item(std::string& out, const ranked_item& each, std::size_t rank, const recommendation& answer) {
  out += "{\"item_id\":";
  out += each.view->quoted_id();
  out += ",\"score\":";
  append_json_number(out, each.score);
  out += ",\"rank\":";
  append_json_unsigned(out, rank);
  out += ',';
  out += each.view->lite_fields();
  if (!answer.reasons.empty()) {
    out += ',';
    append_reasons(out, answer.reasons[rank - 1]);
  }
  out += '}';
}

}  // namespace

parsed<recommend_query> parse_v1_recommend(const request& in) {
  auto body = read_json_object(in);
  if (const auto* why = std::get_if<body_failure>(&body)) {
    return problem(why->what == body_failure::kind::wrong_type ? 415 : 400, why->sentence, in);
  }
  const auto& object = std::get<json::object>(body);
  recommend_query query{.form = surface::v1};
  if (auto refused = check_query_members(object, in)) return *std::move(refused);
  if (auto refused = read_user(object, query, in)) return *std::move(refused);
  if (auto refused = read_history(object, query, in)) return *std::move(refused);
  if (auto refused = read_k(object, query, in)) return *std::move(refused);
  if (auto refused = read_flag(object, "exclude_seen", query.exclude_seen, in)) return *std::move(refused);
  if (auto refused = read_diversity(object, query, in)) return *std::move(refused);
  if (auto refused = read_flag(object, "explain", query.explain, in)) return *std::move(refused);
  if (query.user_id.empty() && query.history.empty()) {
    return problem(422, "user_id or history is required: whom is this for?", in);
  }
  return query;
}

response render_v1(const recommend_query& query, const recommendation& answer, double latency_ms) {
  response out;
  out.body.reserve(256 + 256 * answer.items.size());
  out.body += "{\"user_id\":";
  if (query.user_id.empty()) {
    out.body += "null";
  } else {
    append_user_id(out.body, query);
  }
  out.body += ",\"recommendations\":[";
  std::size_t rank = 0;
  for (const auto& each : answer.items) {
    if (rank > 0) out.body += ',';
    append_v1_item(out.body, each, ++rank, answer);
  }
  out.body += "],";
  append_facts(out.body, answer, latency_ms);
  out.body += '}';
  return out;
}

response render_because(const because_answer& answer) {
  response out;
  out.body += "{\"user_id\":";
  append_json_string(out.body, answer.user_id);
  out.body += ",\"item_id\":";
  append_json_string(out.body, answer.item_id);
  out.body += ",\"model_id\":";
  if (answer.model_id.empty()) {
    out.body += "null";
  } else {
    append_json_string(out.body, answer.model_id);
  }
  out.body += ",\"score\":";
  if (answer.score) {
    append_json_number(out.body, *answer.score);
  } else {
    out.body += "null";
  }
  out.body += ',';
  append_reasons(out.body, answer.reasons);
  out.body += '}';
  return out;
}

}  // namespace freshet::http

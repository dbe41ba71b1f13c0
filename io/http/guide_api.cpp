#include <algorithm>
#include <array>
#include <boost/json/value.hpp>
#include <boost/json/value_to.hpp>
#include <utility>

#include "core/base/text.hpp"
#include "io/events/event_validation.hpp"
#include "io/http/json_body.hpp"
#include "io/http/parameters.hpp"
#include "io/http/problem.hpp"
#include "io/http/recommendation_api.hpp"
#include "io/http/recommendation_json.hpp"
#include "io/http/unsupported.hpp"

namespace freshet::http {
namespace {

namespace json = boost::json;
using complaints = std::vector<field_problem>;

void complain(complaints& list, std::string_view field, std::string msg, std::string type) {
  list.push_back({{"body", std::string(field)}, std::move(msg), std::move(type)});
}

/// Words and types of pydantic, which clients of FastAPI match on.
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

void read_user(const json::object& body, recommend_query& query, complaints& list) {
  const json::value* given = body.if_contains("user_id");
  if (given == nullptr) return complain(list, "user_id", "Field required", "missing");
  auto id = as_id(*given);
  if (!id) return complain(list, "user_id", "Input should be a valid integer or string", "string_type");
  if (const auto bad = check_id("user_id", id->text)) return complain(list, "user_id", bad->message, "value_error");
  query.user_id = std::move(id->text);
  query.user_id_is_number = id->is_number;
}

void read_topk(const json::object& body, recommend_query& query, complaints& list) {
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
  if (*number > 100) return complain(list, "topk", "Input should be less than or equal to 100", "less_than_equal");
  query.k = static_cast<std::size_t>(*number);
}

/// Flags as pydantic reads them.
std::optional<bool> as_flag(const json::value& given) {
  if (const auto* plain = given.if_bool()) return *plain;
  if (const auto* text = given.if_string()) return parse_flag(std::string_view(*text));
  if (const auto* number = given.if_int64(); number != nullptr && (*number == 0 || *number == 1)) return *number == 1;
  return std::nullopt;
}

void read_exclude_seen(const json::object& body, recommend_query& query, complaints& list) {
  const json::value* given = body.if_contains("exclude_seen");
  if (given == nullptr) return;
  const auto flag = as_flag(*given);
  if (!flag) return complain(list, "exclude_seen", "Input should be a valid boolean", "bool_parsing");
  query.exclude_seen = *flag;
}

/// Where a parameter is that asks for something that is not built yet; empty when there is none.
std::string find_unsupported(const json::object& body) {
  for (const auto& [name, value] : body) {
    if (is_unsupported(surface::guide, name) && !asks_for_nothing(value)) return std::string(name);
  }
  return {};
}

/// The guide's rollback recipe adds rerank=false to requests: the query string is understood too; a `false` in either
/// place turns reranking off.
void read_rerank(const json::object& body, const request& in, recommend_query& query, complaints& list) {
  const auto take = [&](std::optional<bool> flag, std::string_view place) {
    if (!flag) {
      list.push_back({{std::string(place), "rerank"}, "Input should be a valid boolean", "bool_parsing"});
      return;
    }
    query.rerank = *flag && query.rerank.value_or(true);
  };
  if (const json::value* given = body.if_contains("rerank"); given != nullptr && !given->is_null()) {
    take(as_flag(*given), "body");
  }
  for (const auto& [name, value] : in.query) {
    if (name == "rerank") take(parse_flag(value), "query");
  }
}

void read_rerank_weights(const json::object& body, recommend_query& query, complaints& list) {
  const json::value* given = body.if_contains("rerank_weights");
  if (given == nullptr || given->is_null()) return;
  const auto* weights = given->if_object();
  if (weights == nullptr) {
    return complain(list, "rerank_weights", "Input should be a valid dictionary", "dict_type");
  }
  auto& out = query.rerank_weights;
  const std::array<std::pair<std::string_view, std::optional<float>*>, 4> known{
      {{"cf", &out.cf}, {"content", &out.content}, {"popularity", &out.popularity}, {"quality", &out.quality}}};
  for (const auto& [name, value] : *weights) {
    const auto refuse = [&](std::string msg, std::string type) {
      list.push_back({{"body", "rerank_weights", std::string(name)}, std::move(msg), std::move(type)});
    };
    const auto* found = std::ranges::find(known, std::string_view(name), [](const auto& each) { return each.first; });
    if (found == known.end()) {
      refuse("Extra inputs are not permitted; give cf, content, popularity and quality", "extra_forbidden");
    } else if (!value.is_number()) {
      refuse("Input should be a valid number", "float_type");
    } else if (const auto weight = value.to_number<double>(); weight < 0) {
      refuse("Input should be greater than or equal to 0", "greater_than_equal");
    } else if (weight > 1) {
      refuse("Input should be less than or equal to 1", "less_than_equal");
    } else {
      *found->second = static_cast<float>(weight);
    }
  }
}

void append_signals(std::string& out, std::string_view name, const signal_values& values, bool with_cf) {
  out += name;
  out += "{\"cf\":";
  if (with_cf) {
    append_json_number(out, values.cf);
  } else {
    out += "null";
  }
  out += ",\"content\":";
  append_json_number(out, values.content);
  out += ",\"popularity\":";
  append_json_number(out, values.popularity);
  out += ",\"quality\":";
  append_json_number(out, values.quality);
  out += '}';
}

/// A fallback list was not scored by the model: its cf is null.
void append_reranking(std::string& out, const reranked_row& each, bool with_cf) {
  out += ",\"cf_score\":";
  if (with_cf) {
    append_json_number(out, each.signals.cf);
  } else {
    out += "null";
  }
  out += ",\"final_score\":";
  append_json_number(out, each.final_score);
  append_signals(out, ",\"signals\":", each.signals, with_cf);
  append_signals(out, ",\"signals_normalized\":", each.normalized, with_cf);
}

void append_item(std::string& out, const ranked_item& each, std::size_t rank, const recommendation& answer) {
  const std::string_view id = answer.integer_item_ids && each.view->has_integer_id()
                                  ? std::string_view(each.view->metadata().item_id)
                                  : each.view->quoted_id();
  out += "{\"product_id\":";
  out += id;
  out += ",\"item_id\":";
  out += id;
  out += ",\"score\":";
  append_json_number(out, each.score);
  out += ",\"rank\":";
  append_json_unsigned(out, rank);
  out += answer.fallback_method.empty() ? ",\"fallback\":false," : ",\"fallback\":true,";
  out += each.view->guide_fields();
  if (!answer.reranked.empty()) append_reranking(out, answer.reranked[rank - 1], answer.fallback_method.empty());
  out += '}';
}

}  // namespace

parsed<recommend_query> parse_guide_recommend(const request& in) {
  auto body = read_json_object(in);
  if (const auto* why = std::get_if<body_failure>(&body)) return refuse_body(*why, in);
  const auto& object = std::get<json::object>(body);
  recommend_query query{.form = surface::guide};
  complaints list;
  read_user(object, query, list);
  read_topk(object, query, list);
  read_exclude_seen(object, query, list);
  read_rerank(object, in, query, list);
  read_rerank_weights(object, query, list);
  if (!list.empty()) return validation_problem(list, in);
  if (const std::string name = find_unsupported(object); !name.empty()) {
    return problem(400, unsupported_sentence(name), in);
  }
  return query;
}

response render_guide(const recommend_query& query, const recommendation& answer, double latency_ms) {
  response out;
  out.body.reserve(256 + 256 * answer.items.size());
  out.body += "{\"user_id\":";
  append_user_id(out.body, query);
  out.body += ",\"recommendations\":[";
  std::size_t rank = 0;
  for (const auto& each : answer.items) {
    if (rank > 0) out.body += ',';
    append_item(out.body, each, ++rank, answer);
  }
  out.body += "],";
  append_facts(out.body, answer, latency_ms);
  out.body += '}';
  return out;
}

}  // namespace freshet::http

#include <algorithm>
#include <array>

#include "core/base/text.hpp"
#include "io/http/recommendation_api.hpp"
#include "io/http/recommendation_json.hpp"

namespace freshet::http {
namespace {

using field_list_wanted = std::optional<std::vector<std::string>>;

void append_value(std::string& out, const std::optional<std::string>& text) {
  if (text) {
    append_json_string(out, *text);
  } else {
    out += "null";
  }
}

void append_value(std::string& out, const std::optional<double>& number) {
  if (number) {
    append_json_number(out, *number);
  } else {
    out += "null";
  }
}

void append_value(std::string& out, const attribute_value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) {
    append_json_string(out, *text);
  } else if (const auto* number = std::get_if<double>(&value)) {
    append_json_number(out, *number);
  } else {
    out += std::get<bool>(value) ? "true" : "false";
  }
}

constexpr auto text_fields =
    std::to_array<std::pair<std::string_view, std::optional<std::string> item::*>>({{"title", &item::title},
                                                                                    {"category", &item::category},
                                                                                    {"brand", &item::brand},
                                                                                    {"description", &item::description},
                                                                                    {"img_url", &item::img_url},
                                                                                    {"image_url", &item::img_url}});
constexpr auto number_fields = std::to_array<std::pair<std::string_view, std::optional<double> item::*>>(
    {{"price", &item::price}, {"avg_star", &item::avg_star}, {"num_sold_time", &item::num_sold_time}});

template <class Table>
bool append_member(std::string& out, const Table& table, const item& of, std::string_view name) {
  const auto* found = std::ranges::find(table, name, [](const auto& each) { return each.first; });
  if (found == table.end()) return false;
  append_value(out, of.*found->second);
  return true;
}

void append_field(std::string& out, const item& of, const std::string& name) {
  if (append_member(out, text_fields, of, name) || append_member(out, number_fields, of, name)) return;
  const auto found = of.attributes.find(name);
  if (found == of.attributes.end()) {
    out += "null";
  } else {
    append_value(out, found->second);
  }
}

void append_metadata(std::string& out, const item_view& view, const field_list_wanted& fields) {
  if (!fields) {
    out += ',';
    out += view.lite_fields();
    return;
  }
  for (const auto& name : *fields) {
    out += ',';
    append_json_string(out, name);
    out += ':';
    append_field(out, view.metadata(), name);
  }
}

void append_reasons(std::string& out, const std::vector<reason>& reasons) {
  out += "\"because\":[";
  const char* separator = "";
  for (const auto& [view, contribution] : reasons) {
    out += separator;
    out += "{\"item_id\":";
    out += view->quoted_id();
    out += ",\"title\":";
    append_value(out, view->metadata().title);
    out += ",\"contribution\":";
    append_json_number(out, contribution);
    out += '}';
    separator = ",";
  }
  out += ']';
}

void append_item(std::string& out, const ranked_item& each, std::size_t rank, const field_list_wanted& fields,
                 const recommendation& answer) {
  out += "{\"item_id\":";
  out += each.view->quoted_id();
  out += ",\"score\":";
  append_json_number(out, each.score);
  out += ",\"rank\":";
  append_json_unsigned(out, rank);
  append_metadata(out, *each.view, fields);
  if (!answer.reasons.empty()) {
    out += ',';
    append_reasons(out, answer.reasons[rank - 1]);
  }
  out += '}';
}

void append_items(std::string& out, std::string_view name, const field_list_wanted& fields,
                  const recommendation& answer) {
  out += name;
  for (std::size_t i = 0; i < answer.items.size(); ++i) {
    if (i > 0) out += ',';
    append_item(out, answer.items[i], i + 1, fields, answer);
  }
  out += ']';
}

std::size_t expected_bytes(const recommendation& answer) {
  std::size_t bytes = 256;
  for (const auto& each : answer.items) bytes += each.view->quoted_id().size() + each.view->lite_fields().size() + 48;
  return bytes;
}

void append_unranked(std::string& out, const std::vector<std::string>& ids) {
  out += ",\"unranked\":[";
  const char* separator = "";
  for (const auto& id : ids) {
    out += separator;
    append_json_string(out, id);
    separator = ",";
  }
  out += ']';
}

}  // namespace

response render_v1(const recommend_query& query, const recommendation& answer, double latency_ms) {
  response out;
  out.body.reserve(expected_bytes(answer));
  out.body += "{\"user_id\":";
  if (query.user_id.empty()) {
    out.body += "null";
  } else {
    append_id(out.body, query.user_id, query.user_id_is_number);
  }
  append_items(out.body, ",\"recommendations\":[", query.fields, answer);
  if (query.ranks_candidates) append_unranked(out.body, answer.unranked);
  out.body += ',';
  append_facts(out.body, answer);
  if (!answer.recommendation_id.empty()) {
    out.body += ",\"recommendation_id\":";
    append_json_string(out.body, answer.recommendation_id);
  }
  append_latency(out.body, "latency_ms", latency_ms);
  return out;
}

response render_v1_similar(const similar_query& query, const recommendation& answer, double latency_ms) {
  response out;
  out.body.reserve(expected_bytes(answer));
  out.body += "{\"item_id\":";
  append_json_string(out.body, query.item_id);
  append_items(out.body, ",\"similar_items\":[", query.fields, answer);
  out.body += ',';
  append_count(out.body, answer);
  out.body += ",\"model_id\":";
  append_text_or_null(out.body, answer.model_id);
  append_latency(out.body, "latency_ms", latency_ms);
  return out;
}

response render_because(const because_answer& answer) {
  response out;
  out.body += "{\"user_id\":";
  append_json_string(out.body, answer.user_id);
  out.body += ",\"item_id\":";
  append_json_string(out.body, answer.item_id);
  out.body += ",\"model_id\":";
  append_text_or_null(out.body, answer.model_id);
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

#include "core/base/text.hpp"
#include "io/http/recommendation_api.hpp"
#include "io/http/recommendation_json.hpp"

namespace freshet::http {
namespace {

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

/// `"<name>":[...]`
void append_items(std::string& out, std::string_view name, const recommendation& answer) {
  out += name;
  for (std::size_t i = 0; i < answer.items.size(); ++i) {
    if (i > 0) out += ',';
    append_item(out, answer.items[i], i + 1, answer);
  }
  out += ']';
}

std::size_t expected_bytes(const recommendation& answer) {
  std::size_t bytes = 256;
  const std::size_t reranked = answer.reranked.empty() ? 0 : 256;
  for (const auto& each : answer.items) {
    bytes += 2 * each.view->quoted_id().size() + each.view->guide_fields().size() + reranked + 80;
  }
  return bytes;
}

}  // namespace

response render_guide(const recommend_query& query, const recommendation& answer, double latency_ms) {
  response out;
  out.body.reserve(expected_bytes(answer));
  out.body += "{\"user_id\":";
  append_id(out.body, query.user_id, query.user_id_is_number);
  append_items(out.body, ",\"recommendations\":[", answer);
  out.body += ',';
  append_facts(out.body, answer);
  append_latency(out.body, "latency_ms", latency_ms);
  return out;
}

void append_batch_entry(std::string& out, const recommend_query&, const recommendation& answer) {
  out.reserve(out.size() + expected_bytes(answer));
  append_items(out, "{\"recommendations\":[", answer);
  out += ',';
  append_count(out, answer);
  out += ',';
  append_fallback(out, answer);
  out += '}';
}

response render_guide_batch(std::span<const batch_entry> entries, double latency_ms) {
  response out;
  std::size_t bytes = 256;
  for (const auto& each : entries) bytes += each.query->user_id.size() + each.body.size() + 8;
  out.body.reserve(bytes);
  std::size_t fallback_users = 0;
  const char* separator = "";
  out.body += "{\"results\":{";
  for (const auto& each : entries) {
    out.body += separator;
    append_json_string(out.body, each.query->user_id);
    out.body += ':';
    out.body += each.body;
    separator = ",";
    if (each.is_fallback) ++fallback_users;
  }
  out.body += "},\"num_users\":";
  append_json_unsigned(out.body, entries.size());
  out.body += ",\"cf_users\":";
  append_json_unsigned(out.body, entries.size() - fallback_users);
  out.body += ",\"fallback_users\":";
  append_json_unsigned(out.body, fallback_users);
  append_latency(out.body, "total_latency_ms", latency_ms);
  return out;
}

response render_guide_similar(const similar_query& query, const recommendation& answer, double latency_ms) {
  response out;
  out.body.reserve(expected_bytes(answer));
  out.body += "{\"product_id\":";
  append_id(out.body, query.item_id, query.item_id_is_number);
  append_items(out.body, ",\"similar_items\":[", answer);
  out.body += ',';
  append_count(out.body, answer);
  out.body += ",\"method\":";
  append_text_or_null(out.body, answer.method);
  out.body += ",\"model_id\":";
  append_text_or_null(out.body, answer.model_id);
  append_latency(out.body, "latency_ms", latency_ms);
  return out;
}

}  // namespace freshet::http

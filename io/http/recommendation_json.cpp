#include "io/http/recommendation_json.hpp"

#include <cmath>

#include "core/base/text.hpp"

namespace freshet::http {

void append_user_id(std::string& out, const recommend_query& query) {
  if (query.user_id_is_number) {
    out += query.user_id;
  } else {
    append_json_string(out, query.user_id);
  }
}

void append_facts(std::string& out, const recommendation& answer, double latency_ms) {
  const auto text_or_null = [&](std::string_view text) {
    if (text.empty()) {
      out += "null";
    } else {
      append_json_string(out, text);
    }
  };
  out += "\"count\":";
  append_json_unsigned(out, answer.items.size());
  out += answer.fallback_method.empty() ? ",\"is_fallback\":false" : ",\"is_fallback\":true";
  out += ",\"fallback_method\":";
  text_or_null(answer.fallback_method);
  out += ",\"latency_ms\":";
  // Microseconds are as exact as it is meant.
  append_json_number(out, std::round(latency_ms * 1000) / 1000);
  out += ",\"model_id\":";
  text_or_null(answer.model_id);
}

}  // namespace freshet::http

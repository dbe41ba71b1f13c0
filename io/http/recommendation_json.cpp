#include "io/http/recommendation_json.hpp"

#include <cmath>

#include "core/base/check.hpp"
#include "core/base/text.hpp"

namespace freshet::http {
namespace {

/// Microseconds are as exact as it is meant.
void append_milliseconds(std::string& out, double latency_ms) {
  append_json_number(out, std::round(latency_ms * 1000) / 1000);
  out += '}';
}

}  // namespace

void append_id(std::string& out, std::string_view id, bool is_number) {
  if (is_number) {
    out += id;
  } else {
    append_json_string(out, id);
  }
}

void append_text_or_null(std::string& out, std::string_view text) {
  if (text.empty()) {
    out += "null";
  } else {
    append_json_string(out, text);
  }
}

void append_count(std::string& out, const recommendation& answer) {
  out += "\"count\":";
  append_json_unsigned(out, answer.items.size());
}

void append_fallback(std::string& out, const recommendation& answer) {
  out += answer.fallback_method.empty() ? "\"is_fallback\":false" : "\"is_fallback\":true";
  out += ",\"fallback_method\":";
  append_text_or_null(out, answer.fallback_method);
}

void append_facts(std::string& out, const recommendation& answer) {
  append_count(out, answer);
  out += ',';
  append_fallback(out, answer);
  out += ",\"model_id\":";
  append_text_or_null(out, answer.model_id);
}

void append_latency(std::string& out, std::string_view name, double latency_ms) {
  out += ",\"";
  out += name;
  out += "\":";
  append_milliseconds(out, latency_ms);
}

response with_latency(std::string_view kept_body, double latency_ms) {
  const std::size_t colon = kept_body.rfind(':');
  FRESHET_CHECK(colon != std::string_view::npos && kept_body.substr(0, colon).ends_with("latency_ms\""),
                "not a body that ends with its latency");
  response out;
  out.body.reserve(kept_body.size() + 16);
  out.body += kept_body.substr(0, colon + 1);
  append_milliseconds(out.body, latency_ms);
  return out;
}

}  // namespace freshet::http

// What: parts of answers that several surfaces share.
#pragma once

#include <string>
#include <string_view>

#include "io/http/recommendation_api.hpp"

namespace freshet::http {

/// An id in the JSON type that the client gave it.
void append_id(std::string& out, std::string_view id, bool is_number);
/// `null` for an empty text.
void append_text_or_null(std::string& out, std::string_view text);
/// `"count":...`
void append_count(std::string& out, const recommendation& answer);
/// `"is_fallback":...,"fallback_method":...`
void append_fallback(std::string& out, const recommendation& answer);
/// `"count":...,"is_fallback":...,"fallback_method":...,"model_id":...`
void append_facts(std::string& out, const recommendation& answer);
/// `,"<name>":...}`: the last member of every answer that says how long it took, so that `with_latency` finds it.
void append_latency(std::string& out, std::string_view name, double latency_ms);

}  // namespace freshet::http

// What: the parts of an answer that the guide and v1 share.
#pragma once

#include <string>

#include "io/http/recommendation_api.hpp"

namespace freshet::http {

/// The user's id in the JSON type that the client gave it.
void append_user_id(std::string& out, const recommend_query& query);

/// `"count":...,"is_fallback":...,"fallback_method":...,"latency_ms":...,"model_id":...`; no braces.
void append_facts(std::string& out, const recommendation& answer, double latency_ms);

}  // namespace freshet::http

#include "io/http/cors.hpp"

#include <algorithm>
#include <cctype>

#include "io/http/framing.hpp"

namespace freshet::http {
namespace {

/// Seconds for which a browser need not ask again; most keep it for no more than two hours.
constexpr const char* preflight_age_max = "7200";
/// Authorization must be named: browsers do not take "*" for it.
constexpr const char* request_fields =
    "Authorization, Content-Type, Idempotency-Key, If-None-Match, X-API-Key, X-Request-Id, traceparent";
constexpr const char* answer_fields = "Retry-After, RateLimit, RateLimit-Policy, X-Request-Id, ETag";

}  // namespace

cors_policy::cors_policy(std::vector<std::string> allowed_origins)
    : origins_(std::move(allowed_origins)), any_(std::find(origins_.begin(), origins_.end(), "*") != origins_.end()) {
  for (auto& origin : origins_) {
    std::transform(origin.begin(), origin.end(), origin.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  }
}

std::string_view cors_policy::allowed(const request& in) const {
  const auto origin = in.header("origin");
  if (!origin) return {};
  if (any_) return "*";
  const auto same = [&](const std::string& known) { return equal_ignoring_case(*origin, known); };
  return std::any_of(origins_.begin(), origins_.end(), same) ? *origin : std::string_view();
}

field_list cors_policy::fields_for(const request& in) const {
  field_list fields;
  if (origins_.empty()) return fields;
  if (!any_) fields.emplace_back("Vary", "Origin");
  if (const auto origin = allowed(in); !origin.empty()) {
    fields.emplace_back("Access-Control-Allow-Origin", origin);
    fields.emplace_back("Access-Control-Expose-Headers", answer_fields);
  }
  return fields;
}

bool cors_policy::is_preflight(const request& in) {
  return in.verb == method::options && in.header("origin") && in.header("access-control-request-method");
}

response cors_policy::answer_preflight(const request& in, std::string_view methods) const {
  response out{.status = 204, .content_type = "", .body = "", .headers = {{"Allow", std::string(methods)}}};
  if (allowed(in).empty()) return out;
  out.headers.emplace_back("Access-Control-Allow-Methods", methods);
  out.headers.emplace_back("Access-Control-Allow-Headers", request_fields);
  out.headers.emplace_back("Access-Control-Max-Age", preflight_age_max);
  return out;
}

}  // namespace freshet::http

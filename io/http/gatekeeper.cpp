#include "io/http/gatekeeper.hpp"

#include <algorithm>
#include <utility>

#include "config/api_key_settings.hpp"
#include "io/http/accept.hpp"
#include "io/http/api_keys.hpp"
#include "io/http/cors.hpp"
#include "io/http/problem.hpp"
#include "io/http/rate_limiter.hpp"

namespace freshet::http {
namespace {

/// `"requests";q=100;w=10`: 100 requests may come at once, and 10 seconds fill an empty bucket.
std::string policy_text(const rate_limiter& limiter) {
  return "\"requests\";q=" + std::to_string(limiter.burst()) + ";w=" + std::to_string(limiter.window().count());
}

std::string limit_text(const rate_limiter::verdict& verdict) {
  return "\"requests\";r=" + std::to_string(verdict.remaining) + ";t=" + std::to_string(verdict.reset.count());
}

void replace_field(field_list& fields, std::string_view name, std::string value) {
  for (auto& [known, old] : fields) {
    if (known == name) old = value;
  }
}

response too_many(const rate_limiter::verdict& verdict, const request& in) {
  const auto seconds = std::to_string(verdict.retry_after.count());
  auto out = problem(429, "Too many requests; try again in " + seconds + " s", in);
  replace_field(out.headers, "Retry-After", seconds);
  return out;
}

response unauthorized(bool key_given, const request& in) {
  auto out = problem(401,
                     key_given ? "The API key is not known here"
                               : "This needs an API key: send Authorization: Bearer KEY, or X-API-Key: KEY",
                     in);
  if (key_given) replace_field(out.headers, "WWW-Authenticate", "Bearer error=\"invalid_token\"");
  return out;
}

/// With the page that a browser opened, which asks for the key.
response unauthorized(bool key_given, const document& page, const request& in) {
  auto out = unauthorized(key_given, in);
  auto shown = render_document(page);
  out.content_type = std::move(shown.content_type);
  out.body = std::move(shown.body);
  out.headers.insert(out.headers.end(), shown.headers.begin(), shown.headers.end());
  return out;
}

response forbidden(access_scope wanted, const request& in) {
  const std::string scope(name_of(wanted));
  auto out = problem(403, "The API key does not have the scope " + scope + ", which this needs", in);
  out.headers.emplace_back("WWW-Authenticate", "Bearer error=\"insufficient_scope\", scope=\"" + scope + "\"");
  return out;
}

bool changes_something(access_scope scope) {
  return scope == access_scope::ingest || scope == access_scope::admin;
}

/// Whether a browser sends this for a page of another server.
bool is_of_foreign_page(const request& in) {
  const auto origin = in.header("origin");
  if (!origin) return false;
  const auto scheme = origin->find("://");
  const auto server = scheme == std::string_view::npos ? *origin : origin->substr(scheme + 3);
  return server != in.header("host").value_or("");
}

response foreign_page(const request& in) {
  return problem(
      403,
      "Pages of other origins may not change anything here: allow theirs (cors.allowed_origins) or ask for a "
      "key (security.api_keys)",
      in);
}

}  // namespace

/// What SIGHUP replaces as a whole; a request keeps the rules it began with.
struct gatekeeper::rules {
  rules(const options& settings, std::shared_ptr<rate_limiter> kept)
      : keys(settings.security.api_keys),
        cors(settings.cors.allowed_origins),
        limit(settings.rate_limit),
        limiter(kept ? std::move(kept) : std::make_shared<rate_limiter>(limit)) {}

  const key_ring keys;
  const cors_policy cors;
  const rate_limit_options limit;
  const std::shared_ptr<rate_limiter> limiter;
};

gatekeeper::gatekeeper(const router& routes, const options& settings)
    : routes_(routes),
      has_admin_port_(settings.server.admin_port != 0),
      rules_(std::make_shared<const rules>(settings, nullptr)) {}

gatekeeper::~gatekeeper() = default;

std::shared_ptr<const gatekeeper::rules> gatekeeper::current() const {
  const std::lock_guard lock(mutex_);
  return rules_;
}

void gatekeeper::reconfigure(const options& settings) {
  const std::lock_guard lock(mutex_);
  const bool same_limit = settings.rate_limit == rules_->limit;
  rules_ = std::make_shared<const rules>(settings, same_limit ? rules_->limiter : nullptr);
}

header_decision gatekeeper::check(const request& in) const {
  const auto now = current();
  header_decision out{.answer = std::nullopt, .fields = now->cors.fields_for(in)};
  if (cors_policy::is_preflight(in)) {
    if (const auto methods = routes_.methods_at(in.path); !methods.empty()) {
      out.answer = now->cors.answer_preflight(in, methods);
    }
    return out;
  }
  if (in.through == entrance::owner) return out;
  const route* wanted = routes_.match(in.verb, in.path);
  const access_scope scope = wanted != nullptr ? wanted->scope : access_scope::none;
  if (scope == access_scope::admin && has_admin_port_ && in.through != entrance::admin) {
    out.answer = problem(404, "Control routes are served on another port (server.admin_port)", in);
    return out;
  }
  const auto presented = now->keys.empty() ? std::nullopt : presented_key(in);
  const auto* key = presented ? now->keys.find(*presented) : nullptr;
  if (now->limiter->enabled() && (wanted == nullptr || scope != access_scope::none)) {
    const auto verdict =
        now->limiter->take(key != nullptr ? "key " + key->first : "address " + address_group(in.peer), in.arrived);
    out.fields.emplace_back("RateLimit-Policy", policy_text(*now->limiter));
    out.fields.emplace_back("RateLimit", limit_text(verdict));
    if (!verdict.allowed) {
      out.answer = too_many(verdict, in);
      return out;
    }
  }
  if (scope == access_scope::none) return out;
  if (now->keys.empty()) {
    if (changes_something(scope) && is_of_foreign_page(in) && !now->cors.allows(in)) out.answer = foreign_page(in);
  } else if (key == nullptr) {
    const bool opens_page =
        wanted->page != nullptr && accept_quality(in.header("accept").value_or(""), "text/html") > 0;
    out.answer =
        opens_page ? unauthorized(presented.has_value(), wanted->page(), in) : unauthorized(presented.has_value(), in);
  } else if (!allows(key->second, scope)) {
    out.answer = forbidden(scope, in);
  }
  return out;
}

}  // namespace freshet::http

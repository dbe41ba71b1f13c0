#include "actors/http/request_log.hpp"

#include <cmath>
#include <optional>
#include <string>

#include "actors/http/routes.hpp"

namespace freshet {
namespace {

/// Nothing = no line.
std::optional<log_level> level_of(const http::request& in, unsigned code) {
  if (code >= 500) return log_level::warning;
  if (code >= 400) return log_level::info;
  const auto* route = route_patterns().match(in.verb, in.path);
  const bool changes =
      route != nullptr && (route->scope == access_scope::ingest || route->scope == access_scope::admin);
  return changes ? std::optional(log_level::info) : std::nullopt;
}

}  // namespace

void log_request(log& journal, const http::request& in, unsigned code, std::chrono::nanoseconds took) {
  const auto level = level_of(in, code);
  if (!level) return;
  const auto route = route_of(in);
  std::string line(to_string(in.verb));
  line.append(" ").append(route.empty() ? "(no route)" : route);
  line.append(" status=").append(std::to_string(code));
  line.append(", latency=")
      .append(std::to_string(std::lround(std::chrono::duration<double, std::milli>(took).count())));
  line.append("ms, request_id=").append(in.request_id);
  if (!in.traceparent.empty()) line.append(", traceparent=").append(in.traceparent);
  journal.write(*level, line);
}

}  // namespace freshet

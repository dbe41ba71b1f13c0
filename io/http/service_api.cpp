#include "io/http/service_api.hpp"

#include <algorithm>

#include "core/base/text.hpp"
#include "io/events/timestamp.hpp"
#include "io/http/accept.hpp"
#include "io/http/object_writer.hpp"
#include "io/http/parameters.hpp"
#include "io/http/problem.hpp"

namespace freshet::http {
namespace {

std::string status_word(const service_summary& service) {
  if (!service.status_word.empty()) return service.status_word;
  return service.flavour == profile::lite ? "ok" : "healthy";
}

response not_initialized(const request& in) {
  return problem(503, "Service not initialized", in);
}

/// As both documents show it.
std::uint64_t whole_seconds(double seconds) {
  return static_cast<std::uint64_t>(std::max(seconds, 0.0));
}

void append_checks(std::string& out, const std::vector<readiness_check>& checks) {
  out += '[';
  for (const auto& each : checks) {
    if (out.back() != '[') out += ',';
    object_writer check(out);
    check.text("name", each.name);
    check.flag("ok", each.ok);
    check.text("message", each.message);
    check.close();
  }
  out += ']';
}

/// "model: none was trained yet; log: ..."
std::string failing(const std::vector<readiness_check>& checks) {
  std::string list;
  for (const auto& each : checks) {
    if (each.ok) continue;
    if (!list.empty()) list += "; ";
    list += each.name + ": " + each.message;
  }
  return list.empty() ? "starting" : list;
}

}  // namespace

response render_health(const service_summary& service, const request& in) {
  if (!service.model && service.flavour != profile::lite) return not_initialized(in);
  const model_summary none{};
  const model_summary& model = service.model ? *service.model : none;
  response out;
  object_writer body(out.body);
  body.text("status", status_word(service));
  body.text("version", FRESHET_VERSION);
  body.text("model_type", service.model ? model.model_type : service.expected_model_type);
  body.count("uptime_seconds", whole_seconds(service.uptime_seconds));
  body.text_or_null("model_id", model.model_id);
  body.count("num_users", model.num_users);
  body.count("num_items", model.num_items);
  body.count("trainable_users", model.trainable_users);
  body.text("timestamp", to_rfc3339(service.now));
  body.close();
  return out;
}

response render_metrics(const service_summary& service, const service_totals& totals) {
  const double uptime = service.uptime_seconds;
  response out;
  object_writer body(out.body);
  body.count("uptime_seconds", whole_seconds(uptime));
  body.count("request_count", totals.requests);
  body.count("recommendation_count", totals.recommendations);
  body.count("error_count", totals.errors);
  body.number("recommendations_per_second", uptime > 0 ? static_cast<double>(totals.recommendations) / uptime : 0);
  body.number("cache_hit_ratio", totals.cache_hit_ratio);
  body.text_or_null("model_type", service.model ? service.model->model_type : std::string());
  body.key("model_info");
  object_writer sizes(out.body);
  sizes.count("users", service.model ? service.model->num_users : 0);
  sizes.count("items", service.model ? service.model->num_items : 0);
  sizes.close();
  body.close();
  return out;
}

bool wants_prometheus(const request& in) {
  if (const auto format = in.parameter("format")) return *format == "prometheus";
  const std::string_view accept = in.header("accept").value_or("");
  // A browser's or script's list may name text/plain behind application/json: what it likes better counts.
  const double text =
      std::max(accept_quality(accept, "text/plain"), accept_quality(accept, "application/openmetrics-text"));
  return text > accept_quality(accept, "application/json");
}

response render_model_info(const service_summary& service, const request& in) {
  if (!service.model) return not_initialized(in);
  const model_summary& model = *service.model;
  const score_summary& scores = model.score_range;
  response out;
  object_writer body(out.body);
  body.text("model_id", model.model_id);
  body.text("model_type", model.model_type);
  body.count("num_users", model.num_users);
  body.count("num_items", model.num_items);
  body.count("factors", model.factors);
  body.text("loaded_at", to_rfc3339(model.loaded_at));
  body.key("score_range");
  object_writer range(out.body);
  range.number("min", scores.min);
  range.number("max", scores.max);
  range.number("mean", scores.mean);
  range.number("std", scores.std);
  range.number("p01", scores.p01);
  range.number("p99", scores.p99);
  range.close();
  body.count("trainable_users", model.trainable_users);
  body.flag("reranking_enabled", service.reranking_enabled);
  body.close();
  return out;
}

response render_reload(const std::string& previous_model_id, const std::string& new_model_id, bool reloaded) {
  response out;
  object_writer body(out.body);
  body.text("status", reloaded ? "reloaded" : "no_update");
  body.text_or_null("previous_model_id", previous_model_id);
  body.text_or_null("new_model_id", new_model_id);
  body.flag("reloaded", reloaded);
  body.close();
  return out;
}

response render_liveness() {
  response out;
  out.body = R"({"status":"ok"})";
  return out;
}

response render_readiness(bool ready, const std::vector<readiness_check>& checks, const request& in) {
  response out = ready ? response{} : problem(503, "not ready: " + failing(checks), in);
  if (ready) {
    const bool well = std::all_of(checks.begin(), checks.end(), [](const readiness_check& each) { return each.ok; });
    out.body = well ? R"({"status":"ready"})" : R"({"status":"degraded"})";
  }
  const auto verbose = in.parameter("verbose");
  if (!verbose || parse_flag(*verbose) == false) return out;
  // The checks stand in the same body, beside what it says anyway.
  out.body.pop_back();
  out.body += ",\"checks\":";
  append_checks(out.body, checks);
  out.body += '}';
  return out;
}

}  // namespace freshet::http

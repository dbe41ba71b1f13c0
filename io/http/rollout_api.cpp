#include "io/http/rollout_api.hpp"

#include "io/http/json_body.hpp"
#include "io/http/object_writer.hpp"
#include "io/http/problem.hpp"

namespace freshet::http {
namespace {

void add_answered(object_writer& to, const answered_figures& figures) {
  to.text("model_id", figures.model_id);
  to.count("requests", figures.requests);
  to.number("error_rate", figures.error_rate);
  to.number("fallback_rate", figures.fallback_rate);
  to.number("p99_ms", figures.p99_ms);
}

void append_trial(std::string& out, const trial_summary& trial) {
  object_writer body(out);
  body.text("stage", trial.stage);
  body.number("share", trial.share);
  body.number("since_seconds", trial.since_seconds);
  add_answered(body, trial.candidate);
  body.key("current");
  object_writer current(out);
  add_answered(current, trial.current);
  current.close();
  body.key("shadow");
  object_writer shadow(out);
  shadow.count("compared", trial.compared);
  shadow.count("left_out", trial.left_out);
  shadow.number("overlap", trial.overlap);
  shadow.number("drift", trial.drift);
  shadow.number("p99_ms", trial.shadow_p99_ms);
  shadow.close();
  body.close();
}

}  // namespace

std::variant<trial_request, response> parse_trial(const request& in) {
  trial_request asked;
  const auto body = read_json_object(in);
  if (const auto* failure = std::get_if<body_failure>(&body)) {
    if (failure->what == body_failure::kind::empty) return asked;
    return problem(failure->what == body_failure::kind::wrong_type ? 415 : 422, failure->sentence, in);
  }
  for (const auto& [name, value] : std::get<boost::json::object>(body)) {
    if (name != "share") {
      return problem(422, "unknown member " + std::string(name) + "; share is understood", in);
    }
    if (!value.is_number() || !(value.to_number<double>() > 0) || value.to_number<double>() > 1) {
      return problem(422, "share is " + shown(value) + "; expected a number above 0 and at most 1", in);
    }
    asked.share = value.to_number<double>();
  }
  return asked;
}

void append_rollout(std::string& out, const rollout_summary& summary) {
  out += "\"trial\":";
  if (summary.trial) {
    append_trial(out, *summary.trial);
  } else {
    out += "null";
  }
  out += ",\"online_quality\":[";
  for (const auto& each : summary.online_quality) {
    if (out.back() != '[') out += ',';
    object_writer model(out);
    model.text_or_null("model_id", each.model_id);
    model.count("lists", each.lists);
    model.count("hits", each.hits);
    model.number("hit_rate", each.hit_rate);
    model.number("reciprocal_rank", each.reciprocal_rank);
    model.close();
  }
  out += ']';
}

response render_rollout(const rollout_summary& summary) {
  response answer;
  answer.body = "{";
  append_rollout(answer.body, summary);
  answer.body += '}';
  return answer;
}

response render_trial_change(std::string_view status, std::string_view model_id) {
  response answer;
  object_writer body(answer.body);
  body.text("status", status);
  body.text("model_id", model_id);
  body.close();
  return answer;
}

}  // namespace freshet::http

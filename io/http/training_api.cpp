#include "io/http/training_api.hpp"

#include <boost/json/serialize.hpp>

#include "io/events/timestamp.hpp"
#include "io/http/json_body.hpp"
#include "io/http/object_writer.hpp"
#include "io/http/problem.hpp"

namespace freshet::http {
namespace {

void append_task(std::string& out, const task& shown) {
  object_writer body(out);
  body.text("id", shown.id);
  body.text("kind", shown.kind);
  body.text("state", to_string(shown.state));
  body.text("asked_by", shown.asked_by);
  body.text_or_null("model", shown.model);
  body.text("created_at", to_rfc3339(shown.created_at));
  body.text_or_null("finished_at", shown.finished_at > 0 ? to_rfc3339(shown.finished_at) : "");
  if (shown.progress) {
    body.key("progress");
    object_writer progress(out);
    progress.text("unit", shown.progress->unit);
    progress.count("done", shown.progress->done);
    progress.count("of", shown.progress->of);
    progress.text("note", shown.progress->note);
    progress.close();
  } else {
    body.null("progress");
  }
  body.text_or_null("model_id", shown.model_id);
  body.text_or_null("gate", shown.gate);
  body.text_or_null("reason", shown.reason);
  body.close();
}

}  // namespace

std::string_view to_string(task_state state) {
  switch (state) {
    case task_state::running:
      return "running";
    case task_state::succeeded:
      return "succeeded";
    case task_state::refused:
      return "refused";
    case task_state::failed:
      return "failed";
    case task_state::cancelled:
      return "cancelled";
  }
  return "";
}

std::variant<train_request, response> parse_train(const request& in) {
  train_request asked;
  if (in.body.empty()) return asked;
  const auto body = read_json_object(in);
  if (const auto* failure = std::get_if<body_failure>(&body)) {
    if (failure->what == body_failure::kind::empty) return asked;
    return problem(failure->what == body_failure::kind::wrong_type ? 415 : 422, failure->sentence, in);
  }
  for (const auto& [name, value] : std::get<boost::json::object>(body)) {
    const std::string member(name);
    if (name == "model" && value.is_string()) {
      asked.model = value.get_string();
    } else if (name == "params" && value.is_object()) {
      asked.params = boost::json::serialize(value);
    } else if (const auto seed = as_integer(value); name == "seed" && seed && *seed >= 0) {
      asked.seed = static_cast<std::uint64_t>(*seed);
    } else if (name == "model" || name == "params" || name == "seed") {
      return problem(422, member + " is " + shown(value) + "; model is a name, params an object, seed a whole number",
                     in);
    } else {
      return problem(422, "unknown member " + member + "; model, params and seed are understood", in);
    }
  }
  return asked;
}

response render_task(const task& shown, unsigned status) {
  response answer;
  answer.status = status;
  append_task(answer.body, shown);
  if (status == 202) answer.headers.emplace_back("Location", "/v1/tasks/" + shown.id);
  return answer;
}

response render_tasks(std::span<const task> tasks) {
  response answer;
  answer.body = "{\"tasks\":[";
  for (const auto& each : tasks) {
    if (answer.body.back() != '[') answer.body += ',';
    append_task(answer.body, each);
  }
  answer.body += "]}";
  return answer;
}

}  // namespace freshet::http

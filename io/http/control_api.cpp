#include "io/http/control_api.hpp"

#include <cmath>

#include "io/events/timestamp.hpp"
#include "io/http/object_writer.hpp"

namespace freshet::http {
namespace {

/// Appends `write(out, each)` for each of a list.
template <class List, class Write>
void append_list(std::string& out, const List& list, Write write) {
  out += '[';
  for (const auto& each : list) {
    if (out.back() != '[') out += ',';
    write(each);
  }
  out += ']';
}

void append_model(std::string& out, const listed_model& model, const model_list& list) {
  object_writer body(out);
  body.text("model_id", model.model_id);
  body.text("model_type", model.model_type);
  body.text_or_null("version", model.version);
  body.text_or_null("status", model.status);
  body.text_or_null("created_at", model.created_at);
  body.key("metrics");
  object_writer metrics(out);
  for (const auto& [name, value] : model.metrics) metrics.number(name, value);
  metrics.close();
  body.key("hyperparameters");
  out += model.hyperparameters.empty() ? "{}" : model.hyperparameters;
  body.flag("current", model.model_id == list.current);
  body.flag("serving", model.model_id == list.serving);
  body.close();
}

void append_ingestion(std::string& out, const service_status& status) {
  object_writer ingestion(out);
  ingestion.flag("paused", status.ingestion_paused);
  ingestion.text("source", status.source);
  ingestion.key("partitions");
  append_list(out, status.partitions, [&](const partition_state& each) {
    object_writer partition(out);
    partition.integer("partition", static_cast<std::int64_t>(each.partition));
    partition.integer("position", each.position);
    if (each.end >= 0) {
      partition.integer("end", each.end);
      partition.integer("lag", each.end - each.position);
    } else {
      partition.null("end");
      partition.null("lag");
    }
    partition.close();
  });
  ingestion.count("batches_under_way", status.credits.under_way);
  ingestion.count("credits", status.credits.max);
  ingestion.close();
}

void append_model_in_service(std::string& out, const service_summary& service) {
  if (!service.model) {
    out += "null";
    return;
  }
  object_writer model(out);
  model.text("model_id", service.model->model_id);
  model.text("model_type", service.model->model_type);
  model.count("users", service.model->num_users);
  model.count("items", service.model->num_items);
  model.text("loaded_at", to_rfc3339(service.model->loaded_at));
  model.close();
}

}  // namespace

response render_models(const model_list& list) {
  response answer;
  auto& out = answer.body;
  object_writer body(out);
  body.text_or_null("current", list.current);
  body.text_or_null("serving", list.serving);
  body.key("models");
  append_list(out, list.models, [&](const listed_model& each) { append_model(out, each, list); });
  body.close();
  return answer;
}

response render_model_change(const model_change& change) {
  response answer;
  object_writer body(answer.body);
  body.text("status", change.status);
  body.text_or_null("previous_model_id", change.previous_model_id);
  body.text_or_null("new_model_id", change.new_model_id);
  body.flag("reloaded", change.reloaded);
  body.close();
  return answer;
}

response render_status(const service_status& status) {
  response answer;
  auto& out = answer.body;
  object_writer body(out);
  body.text("status", status.draining ? "draining" : "serving");
  body.text("version", FRESHET_VERSION);
  body.number("uptime_seconds", std::round(status.summary.uptime_seconds * 1000) / 1000);
  body.flag("ready", status.ready);
  body.key("checks");
  append_list(out, status.checks, [&](const readiness_check& each) {
    object_writer check(out);
    check.text("name", each.name);
    check.flag("ok", each.ok);
    check.text("message", each.message);
    check.close();
  });
  body.key("model");
  append_model_in_service(out, status.summary);
  body.key("ingestion");
  append_ingestion(out, status);
  if (status.store) {
    body.key("store");
    object_writer store(out);
    store.count("users", status.store->users);
    store.count("items", status.store->items);
    store.count("events", status.store->events);
    store.count("dead_letters", status.store->dead_letters);
    store.close();
  } else {
    body.null("store");
  }
  body.key("actors");
  append_list(out, status.actors, [&](const service_status::actor& each) {
    object_writer actor(out);
    actor.text("name", each.name);
    actor.flag("alive", each.alive);
    actor.count("restarts", each.restarts);
    actor.count("mailbox", each.mailbox);
    actor.close();
  });
  out += ',';
  append_rollout(out, status.rollout);
  body.close();
  return answer;
}

response render_control(std::string_view state, unsigned status) {
  response answer;
  answer.status = status;
  object_writer body(answer.body);
  body.text("status", state);
  body.close();
  return answer;
}

}  // namespace freshet::http

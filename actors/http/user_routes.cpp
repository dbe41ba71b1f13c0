// Handlers of the routes about users and their events.
#include <memory>
#include <utility>

#include "actors/http/routes.hpp"
#include "actors/updater.hpp"
#include "core/data/event.hpp"
#include "io/http/erasure_api.hpp"
#include "io/http/ingestion_api.hpp"
#include "io/http/problem.hpp"

namespace freshet {
namespace {

const updater_actor& updater_of(frontend_pointer self, const std::string& user_id) {
  const auto& updaters = self->state.others->updaters;
  return updaters[owner_of(user_id, updaters.size())];
}

void ask_librarian(frontend_pointer self, http::exchange_ptr call, const http::path_parameters& path,
                   user_task::question wanted) {
  self->send(self->state.others->librarian,
             user_task_ptr(std::make_shared<user_task>(user_task{std::move(call), path.front(), wanted})));
}

}  // namespace

void ingest_events(frontend_pointer self, http::exchange_ptr call, const http::path_parameters&) {
  self->send(self->state.others->publisher, std::move(call));
}

void list_recent_events(frontend_pointer self, http::exchange_ptr call, const http::path_parameters&) {
  auto parsed = http::parse_recent_events(call->in());
  if (auto* problem = std::get_if<http::response>(&parsed)) return call->answer(std::move(*problem));
  self->send(self->state.others->ingestor,
             recent_events_task_ptr(std::make_shared<recent_events_task>(
                 recent_events_task{std::move(call), std::get<http::recent_events_request>(parsed)})));
}

void list_user_events(frontend_pointer self, http::exchange_ptr call, const http::path_parameters& path) {
  auto parsed = http::parse_user_events(call->in());
  if (auto* problem = std::get_if<http::response>(&parsed)) return call->answer(std::move(*problem));
  const auto& user_id = path.front();
  self->send(updater_of(self, user_id), user_events_task_ptr(std::make_shared<user_events_task>(user_events_task{
                                            std::move(call), user_id, std::get<http::user_events_request>(parsed)})));
}

void show_user(frontend_pointer self, http::exchange_ptr call, const http::path_parameters& path) {
  ask_librarian(self, std::move(call), path, user_task::question::state);
}

void export_user(frontend_pointer self, http::exchange_ptr call, const http::path_parameters& path) {
  ask_librarian(self, std::move(call), path, user_task::question::everything);
}

void erase_user(frontend_pointer self, http::exchange_ptr call, const http::path_parameters& path) {
  if (path.front().size() > id_bytes_max) {
    return call->answer(http::problem(400, "The id of a user has at most 256 bytes", call->in()));
  }
  self->send(self->state.others->custodian,
             erasure_task_ptr(std::make_shared<erasure_task>(erasure_task{std::move(call), {path.front()}, true})));
}

void erase_users(frontend_pointer self, http::exchange_ptr call, const http::path_parameters&) {
  auto parsed = http::parse_erasure(call->in());
  if (auto* problem = std::get_if<http::response>(&parsed)) return call->answer(std::move(*problem));
  self->send(self->state.others->custodian,
             erasure_task_ptr(std::make_shared<erasure_task>(
                 erasure_task{std::move(call), std::get<std::vector<std::string>>(std::move(parsed))})));
}

void explain_item(frontend_pointer self, http::exchange_ptr call, const http::path_parameters& path) {
  // The reasons of what the user is shown.
  const auto& model = model_of_user(self->state.model, self->state.trial.get(), path[0]);
  if (!model) return call->answer(http::problem(503, "Service not initialized", call->in()));
  self->send(updater_of(self, path[0]),
             because_task_ptr(std::make_shared<because_task>(because_task{std::move(call), path[0], path[1], model})));
}

}  // namespace freshet

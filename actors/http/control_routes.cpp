// Handlers of the routes by which operators look at the service and command it.
#include <algorithm>
#include <utility>

#include "actors/http/rollout_summary.hpp"
#include "actors/http/routes.hpp"
#include "actors/http/service_summary.hpp"
#include "io/http/control_api.hpp"
#include "io/http/problem.hpp"

namespace freshet {
namespace {

http::service_status status_of(const frontend_state& state, const actor_reports& actors) {
  const auto& context = state.context;
  http::service_status status;
  status.summary = summarize(state);
  status.draining = context.ready->draining();
  status.ready = context.ready->ready();
  for (auto& each : context.ready->checks()) status.checks.push_back({std::move(each.name), each.ok, each.message});
  status.ingestion_paused = context.ingestion->paused();
  status.source = context.source;
  status.partitions = context.ingestion->partitions();
  if (const auto counts = context.store->counts()) {
    status.store = {counts->users, counts->items, counts->events, counts->dead_letters};
  }
  status.credits = {context.visible->batches_under_way(), context.visible->credits()};
  for (const auto& [name, alive, restarts, waiting] : actors) status.actors.push_back({name, alive, restarts, waiting});
  status.rollout = summarize_rollout(state.model.get(), state.trial.get(), *context.quality);
  return status;
}

void set_paused(frontend_pointer self, http::exchange_ptr call, bool wanted) {
  self->request(self->state.others->ingestor, caf::infinite, pause_atom::value, wanted)
      .then([call](bool paused) { call->answer(http::render_control(paused ? "paused" : "running")); },
            [call](const caf::error&) {
              call->answer(http::problem(503, "The ingestor does not answer; try again", call->in()));
            });
}

}  // namespace

void show_status(frontend_pointer self, http::exchange_ptr call, const http::path_parameters&) {
  self->request(self->state.context.supervisor, caf::infinite, status_atom::value)
      .then(
          [self, call](const actor_reports_ptr& actors) {
            call->answer(http::render_status(status_of(self->state, *actors)));
          },
          [call](const caf::error&) {
            call->answer(http::problem(503, "The supervisor does not answer; try again", call->in()));
          });
}

void pause_ingestion(frontend_pointer self, http::exchange_ptr call, const http::path_parameters&) {
  set_paused(self, std::move(call), true);
}

void resume_ingestion(frontend_pointer self, http::exchange_ptr call, const http::path_parameters&) {
  set_paused(self, std::move(call), false);
}

void drain_service(frontend_pointer self, http::exchange_ptr call, const http::path_parameters&) {
  call->answer(http::render_control("draining", 202));
  self->state.context.request_stop("a command to drain");
}

void crash_actor(frontend_pointer self, http::exchange_ptr call, const http::path_parameters& path) {
  if (!self->state.context.settings.debug.fault_injection) {
    return call->answer(http::problem(
        409, "Fault injection is off; start with debug.fault_injection: true, never in production", call->in()));
  }
  // "updater/0" is one segment of the path, its slash encoded.
  std::string name = path.front();
  if (const auto at = name.find("%2F"); at != std::string::npos) {
    name.erase(at, 2);
    name[at] = '/';
  }
  const auto& above = self->state.context.supervisor;
  self->request(above, caf::infinite, status_atom::value)
      .then(
          [self, call, name, above](const actor_reports_ptr& actors) {
            std::string known;
            for (const auto& each : *actors) {
              if (!known.empty()) known += ", ";
              known += each.name;
            }
            const bool found = std::ranges::any_of(*actors, [&](const auto& each) { return each.name == name; });
            if (!found)
              return call->answer(http::problem(404, "No actor " + name + "; there are " + known, call->in()));
            // Before the fault, which may be one of this actor.
            call->answer(http::render_control("crashing", 202));
            self->send(above, crash_atom::value, name);
          },
          [call](const caf::error&) {
            call->answer(http::problem(503, "The supervisor does not answer; try again", call->in()));
          });
}

}  // namespace freshet

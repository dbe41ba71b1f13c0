#include "actors/supervisor.hpp"

#include <algorithm>

#include "actors/model_trials.hpp"
#include "actors/supervised.hpp"

namespace freshet {
namespace {

/// Everybody learns who is who now, and which model is in service.
void announce(supervisor_pointer self) {
  auto& state = self->state;
  const auto crew = wiring_ptr(std::make_shared<wiring>(state.crew));
  self->send(crew->recommender, crew);
  self->send(crew->frontend, crew);
  self->send(crew->ingestor, crew);
  self->send(crew->warmer, crew);
  self->send(crew->custodian, crew);
  if (state.control_consumer) self->send(state.control_consumer, crew);
  for (const auto& each : crew->updaters) self->send(each, crew);
  state.context.on_wired(crew);
}

void announce_settings(supervisor_pointer self) {
  const auto& state = self->state;
  if (!state.settings) return;
  self->send(state.crew.recommender, state.settings);
  self->send(state.crew.warmer, state.settings);
  self->send(state.crew.custodian, state.settings);
  self->send(state.crew.retrainer, state.settings);
  self->send(state.crew.frontend, state.settings);
  if (state.control_consumer) self->send(state.control_consumer, state.settings);
}

void occupy(supervisor_pointer self, const std::string& name) {
  auto& place = self->state.places.at(name);
  const auto started = place.start();
  place.occupant = caf::actor_cast<caf::actor_addr>(started);
  place.alive = true;
  self->monitor(place.occupant);
}

template <class Handle, class Start>
void add_place(supervisor_pointer self, const std::string& name, Handle& handle, Start start) {
  self->state.places[name].start = [&handle, start]() {
    handle = start();
    return caf::actor_cast<caf::strong_actor_ptr>(handle);
  };
}

void add_places(supervisor_pointer self) {
  auto& state = self->state;
  const auto& start = state.context.start;
  state.crew.scorers.resize(state.context.scorers);
  state.crew.updaters.resize(state.context.updaters);
  for (std::size_t slice = 0; slice < state.crew.scorers.size(); ++slice) {
    add_place(self, "scorer/" + std::to_string(slice), state.crew.scorers[slice],
              [make = start.scorer, slice] { return make(slice); });
  }
  for (std::size_t number = 0; number < state.crew.updaters.size(); ++number) {
    add_place(self, "updater/" + std::to_string(number), state.crew.updaters[number], start.updater);
  }
  add_place(self, "recommender", state.crew.recommender, start.recommender);
  add_place(self, "publisher", state.crew.publisher, start.publisher);
  add_place(self, "librarian", state.crew.librarian, start.librarian);
  add_place(self, "trend_counter", state.crew.trend_counter, start.trend_counter);
  add_place(self, "custodian", state.crew.custodian,
            [make = start.custodian, self] { return make(supervisor_actor(self)); });
  add_place(self, "ingestor", state.crew.ingestor, [make = start.ingestor, self] {
    // What the predecessor had stored and told nobody of would stay unseen.
    self->state.context.table->clear();
    if (self->state.crew.trend_counter) caf::anon_send(self->state.crew.trend_counter, run_atom::value);
    return make();
  });
  add_place(self, "warmer", state.crew.warmer, start.warmer);
  add_place(self, "model_loader", state.model_loader, start.model_loader);
  if (start.courier) add_place(self, "courier", state.courier, start.courier);
  add_place(self, "retrainer", state.crew.retrainer,
            [make = start.retrainer, self] { return make(supervisor_actor(self)); });
  if (start.control_consumer) add_place(self, "control_consumer", state.control_consumer, start.control_consumer);
  add_place(self, "frontend", state.crew.frontend,
            [make = start.frontend, self] { return make(supervisor_actor(self)); });
}

void on_death(supervisor_pointer self, const caf::down_msg& death) {
  auto& state = self->state;
  if (state.stopping) return;
  const auto found = std::find_if(state.places.begin(), state.places.end(),
                                  [&](const auto& each) { return each.second.occupant == death.source; });
  if (found == state.places.end()) return;
  auto& [name, place] = *found;
  place.alive = false;
  const auto& limits = state.context.restarts;
  const auto now = std::chrono::steady_clock::now();
  while (!place.restarts.empty() && now - place.restarts.front() > limits.restart_window) place.restarts.pop_front();
  const auto reason = self->system().render(death.reason);
  if (place.restarts.size() >= limits.restarts_max) {
    state.stopping = true;
    state.context.give_up("actor " + name + " died " + std::to_string(place.restarts.size() + 1) + " times within " +
                          std::to_string(limits.restart_window.count()) + " s, the last time with: " + reason);
    return;
  }
  place.backoff = place.restarts.empty() ? limits.backoff_min : std::min(place.backoff * 2, limits.backoff_max);
  place.restarts.push_back(now);
  ++place.restarts_ever;
  state.context.journal->failure("actor " + name + " died: " + reason + "; restarting it in " +
                                 std::to_string(place.backoff.count()) + " ms");
  state.context.measured->actor_restarted(name.substr(0, name.find('/')));
  self->delayed_send(self, place.backoff, run_atom::value, name);
}

/// The supervisor first, then its places by name.
actor_reports report(supervisor_pointer self) {
  actor_reports reports{{.name = "supervisor",
                         .alive = true,
                         .restarts = 0,
                         .waiting = static_cast<std::uint64_t>(messages_waiting(supervisor_actor(self)))}};
  for (const auto& [name, place] : self->state.places) {
    reports.push_back({.name = name,
                       .alive = place.alive,
                       .restarts = place.restarts_ever,
                       .waiting = static_cast<std::uint64_t>(messages_waiting(place.occupant))});
  }
  return reports;
}

void measure_mailboxes(supervisor_pointer self) {
  for (const auto& each : report(self)) self->state.context.measured->mailbox(each.name, each.waiting);
}

/// Of an exception in a handler of its own, as a real fault would be.
void crash(supervisor_pointer self, const std::string& name) {
  self->state.context.journal->warning("a fault is injected into actor " + name + " by command");
  if (name == "supervisor") throw std::runtime_error("a fault injected by command");
  const auto found = self->state.places.find(name);
  if (found == self->state.places.end()) return;
  if (auto victim = caf::actor_cast<caf::strong_actor_ptr>(found->second.occupant)) {
    self->send_exit(victim, fault_by_command());
  }
}

void stop_everybody(supervisor_pointer self, caf::typed_response_promise<bool> done) {
  auto& state = self->state;
  state.stopping = true;
  // The others end with the state.
  auto leave = [self, done]() mutable {
    done.deliver(true);
    self->quit(stopped);
  };
  self->request(state.crew.ingestor, caf::infinite, stop_atom::value)
      .then([leave](bool) mutable { leave(); }, [leave](const caf::error&) mutable { leave(); });
}

}  // namespace

supervisor_state::~supervisor_state() {
  for (const auto& each : places) {
    if (auto alive = caf::actor_cast<caf::strong_actor_ptr>(each.second.occupant)) caf::anon_send_exit(alive, stopped);
  }
}

supervisor_actor::behavior_type make_supervisor(supervisor_pointer self, supervisor_context context) {
  self->state.context = std::move(context);
  self->set_down_handler([self](caf::down_msg& death) { on_death(self, death); });
  add_places(self);
  for (const auto& [name, place] : self->state.places) occupy(self, name);
  announce(self);
  begin_swaps(self);
  return {
      [self](reload_atom) { return reload_on_request(self); },
      [self](const activation_order_ptr& order) { return activate_on_request(self, order); },
      [self](const trial_order_ptr& order) { return trial_on_request(self, order); },
      [self](status_atom) -> actor_reports_ptr { return std::make_shared<const actor_reports>(report(self)); },
      [self](options_ptr& changed) {
        self->state.context.rollout = changed->rollout;
        self->state.context.live_guard = changed->live_guard;
        self->state.settings = std::move(changed);
        announce_settings(self);
      },
      [self](tick_atom) { look_for_another_model(self); },
      [self](extend_atom) {
        measure_mailboxes(self);
        look_for_new_items(self);
      },
      [self](crash_atom, const std::string& name) { crash(self, name); },
      [self](run_atom, const std::string& name) {
        if (self->state.stopping) return;
        occupy(self, name);
        announce(self);
        announce_settings(self);
        announce_model(self);
        announce_trial(self);
      },
      [self](stop_atom) -> caf::result<bool> {
        auto promise = self->make_response_promise<bool>();
        stop_everybody(self, promise);
        return promise;
      },
  };
}

}  // namespace freshet

#include "actors/supervisor.hpp"

#include <algorithm>

namespace freshet {
namespace {

using namespace std::chrono_literals;
using supervisor_pointer = supervisor_actor::stateful_pointer<supervisor_state>;

/// Without a model the popularity list follows the events at this pace.
constexpr auto popularity_interval = 1s;

/// How soon after its metadata an item can be recommended.
constexpr auto extension_interval = 200ms;

/// Everybody learns who is who now, and which model is in service.
void announce(supervisor_pointer self) {
  auto& state = self->state;
  const auto crew = wiring_ptr(std::make_shared<wiring>(state.crew));
  self->send(crew->recommender, crew);
  self->send(crew->frontend, crew);
  self->send(crew->ingestor, crew);
  self->send(crew->warmer, crew);
  self->send(crew->custodian, crew);
  for (const auto& each : crew->updaters) self->send(each, crew);
  state.context.on_wired(crew);
}

void announce_settings(supervisor_pointer self) {
  const auto& state = self->state;
  if (!state.settings) return;
  self->send(state.crew.recommender, state.settings);
  self->send(state.crew.warmer, state.settings);
  self->send(state.crew.custodian, state.settings);
  self->send(state.crew.frontend, state.settings);
}

void announce_model(supervisor_pointer self) {
  const auto& state = self->state;
  if (!state.model) return;
  // Updaters first: a request that the recommender sends them is then answered with the same model.
  for (const auto& each : state.crew.updaters) self->send(each, state.model);
  self->send(state.crew.recommender, state.model);
  self->send(state.crew.librarian, state.model);
  // Behind the recommender, so that it warms up for this model.
  self->send(state.crew.warmer, state.model);
  self->send(state.crew.frontend, state.model);
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
    add_place(self, "updater/" + std::to_string(number), state.crew.updaters[number],
              [make = start.updater, table = state.context.table] {
                // What the predecessor had not refreshed yet would stay stale.
                table->clear();
                return make();
              });
  }
  add_place(self, "recommender", state.crew.recommender, start.recommender);
  add_place(self, "publisher", state.crew.publisher, start.publisher);
  add_place(self, "librarian", state.crew.librarian, start.librarian);
  add_place(self, "trend_counter", state.crew.trend_counter, start.trend_counter);
  add_place(self, "custodian", state.crew.custodian,
            [make = start.custodian, self] { return make(supervisor_actor(self)); });
  add_place(self, "ingestor", state.crew.ingestor, start.ingestor);
  add_place(self, "warmer", state.crew.warmer, start.warmer);
  add_place(self, "model_loader", state.model_loader, start.model_loader);
  if (start.courier) add_place(self, "courier", state.courier, start.courier);
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

void reload(supervisor_pointer self);

void finish_reload(supervisor_pointer self, reload_outcome outcome) {
  auto& state = self->state;
  state.loading = false;
  const auto shared = std::make_shared<const reload_outcome>(std::move(outcome));
  for (auto& promise : std::exchange(state.reloading, {})) promise.deliver(shared);
  if (!state.waiting_for_reload.empty()) reload(self);
}

void on_loaded(supervisor_pointer self, const load_outcome& outcome) {
  auto& state = self->state;
  auto& context = state.context;
  const std::string previous = state.model ? state.model->model_id : "";
  if (!outcome.refusal.empty()) {
    context.measured->model_swap("refused");
    context.journal->failure("model refused: " + outcome.refusal);
    if (state.model) context.ready->pass("model", "refused a new model: " + outcome.refusal);
    return finish_reload(self, {reload_outcome::kind::refused, previous, previous, outcome.refusal});
  }
  state.fingerprint = outcome.fingerprint;
  if (!outcome.loaded) return finish_reload(self, {reload_outcome::kind::no_update, previous, previous, ""});
  state.model = outcome.loaded;
  announce_model(self);
  const auto& metadata = state.model->metadata;
  if (state.model->trained()) {
    context.measured->model_swap("reloaded");
    context.measured->model_active(state.model->model_id, metadata.model_type, metadata.created_at);
    context.journal->info("model " + state.model->model_id + " is in service: " + std::to_string(state.model->items()) +
                          " items, " + std::to_string(state.model->users()) + " users");
    context.ready->pass("model", state.model->model_id);
    const auto& indexed = state.model->indexed;
    context.measured->approximate_recall("ranking", indexed.ranking_recall);
    context.measured->approximate_recall("similarity", indexed.similarity_recall);
    if (!indexed.described.empty()) {
      context.journal->info("index of " + state.model->model_id + ": " + indexed.described);
      context.ready->pass("index", indexed.described);
    }
    const std::string content = context.embeddings.empty() ? "from the words of the items" : context.embeddings;
    context.journal->info("content vectors: " + content);
    context.ready->pass("content", content);
  } else {
    context.ready->pass("model", "none yet; /v1 serves what is popular");
  }
  finish_reload(self, {reload_outcome::kind::reloaded, previous, state.model->model_id, ""});
}

void reload(supervisor_pointer self) {
  auto& state = self->state;
  if (state.loading) return;
  state.loading = true;
  state.reloading = std::exchange(state.waiting_for_reload, {});
  auto order = std::make_shared<load_order>();
  order->serving_model_id = state.model ? state.model->model_id : "";
  order->serving_fingerprint = state.fingerprint;
  order->number = ++state.generations;
  self->request(state.model_loader, caf::infinite, load_order_ptr(std::move(order)))
      .then([self](const load_outcome_ptr& outcome) { on_loaded(self, *outcome); },
            [self](const caf::error& why) {
              on_loaded(self, {nullptr, "", "the model loader died: " + self->system().render(why)});
            });
}

/// Has the generation in service take in the items that came since, when there are new ones.
void extend_model(supervisor_pointer self) {
  auto& state = self->state;
  const auto& context = state.context;
  if (state.extending || !state.model || !state.model->trained()) return;
  // Both only grow: the sum changes when one of them does.
  const auto version = context.catalogue->version(context.time->now_seconds()) + context.audience->turns();
  if (version == state.extended_at) return;
  state.extending = true;
  self->request(state.model_loader, caf::infinite, extend_atom::value, state.model)
      .then(
          [self, version](generation_ptr& extended) {
            auto& now = self->state;
            now.extending = false;
            // A model that was loaded meanwhile knows the items, or is extended next.
            if (now.stopping || extended->number != now.model->number) return;
            now.extended_at = version;
            if (extended == now.model) return;
            now.model = std::move(extended);
            announce_model(self);
          },
          [self](const caf::error&) { self->state.extending = false; });
}

/// Through the model loader, because checking a model takes a second.
void activate(supervisor_pointer self, const activation_order_ptr& order, supervisor_state::reload_promise done) {
  self->request(self->state.model_loader, caf::infinite, order)
      .then(
          [self, done](const activation_outcome_ptr& outcome) mutable {
            auto& state = self->state;
            if (*outcome) {
              // The promise is answered by the reload that follows.
              state.waiting_for_reload.push_back(done);
              return reload(self);
            }
            const std::string serving = state.model ? state.model->model_id : "";
            const auto& why = outcome->failure();
            const auto what = why.code == error_code::not_found  ? reload_outcome::kind::not_found
                              : why.code == error_code::conflict ? reload_outcome::kind::conflict
                                                                 : reload_outcome::kind::refused;
            state.context.journal->warning("no model was activated: " + why.message);
            done.deliver(std::make_shared<const reload_outcome>(reload_outcome{what, serving, serving, why.message}));
          },
          [self, done](const caf::error& why) mutable {
            done.deliver(std::make_shared<const reload_outcome>(reload_outcome{
                reload_outcome::kind::refused, "", "", "the model loader died: " + self->system().render(why)}));
          });
}

actor_reports report(const supervisor_state& state) {
  actor_reports reports;
  for (const auto& [name, place] : state.places) {
    reports.push_back({.name = name, .alive = place.alive, .restarts = place.restarts_ever});
  }
  return reports;
}

void stop_everybody(supervisor_pointer self, caf::typed_response_promise<bool> done) {
  auto& state = self->state;
  state.stopping = true;
  auto leave = [self, done]() mutable {
    for (auto& [name, place] : self->state.places) {
      if (auto occupant = caf::actor_cast<caf::strong_actor_ptr>(place.occupant)) {
        caf::anon_send_exit(occupant, stopped);
      }
    }
    done.deliver(true);
    self->quit(stopped);
  };
  self->request(state.crew.ingestor, caf::infinite, stop_atom::value)
      .then([leave](bool) mutable { leave(); }, [leave](const caf::error&) mutable { leave(); });
}

}  // namespace

supervisor_actor::behavior_type make_supervisor(supervisor_pointer self, supervisor_context context) {
  self->state.context = std::move(context);
  self->set_down_handler([self](caf::down_msg& death) { on_death(self, death); });
  add_places(self);
  for (const auto& [name, place] : self->state.places) occupy(self, name);
  announce(self);
  if (self->state.context.hot_reload.enabled) self->send(self, tick_atom::value);
  self->send(self, extend_atom::value);
  return {
      [self](reload_atom) -> caf::result<reload_outcome_ptr> {
        auto promise = self->make_response_promise<reload_outcome_ptr>();
        self->state.waiting_for_reload.push_back(promise);
        reload(self);
        return promise;
      },
      [self](const activation_order_ptr& order) -> caf::result<reload_outcome_ptr> {
        auto promise = self->make_response_promise<reload_outcome_ptr>();
        activate(self, order, promise);
        return promise;
      },
      [self](status_atom) -> actor_reports_ptr { return std::make_shared<const actor_reports>(report(self->state)); },
      [self](options_ptr& changed) {
        self->state.settings = std::move(changed);
        announce_settings(self);
      },
      [self](tick_atom) {
        const auto& state = self->state;
        if (state.stopping) return;
        reload(self);
        const bool trained = state.model && state.model->trained();
        const std::chrono::seconds interval =
            trained ? state.context.hot_reload.check_interval
                    : std::min<std::chrono::seconds>(popularity_interval, state.context.hot_reload.check_interval);
        self->delayed_send(self, interval, tick_atom::value);
      },
      [self](extend_atom) {
        if (self->state.stopping) return;
        extend_model(self);
        self->delayed_send(self, extension_interval, extend_atom::value);
      },
      [self](run_atom, const std::string& name) {
        if (self->state.stopping) return;
        occupy(self, name);
        announce(self);
        announce_settings(self);
        announce_model(self);
      },
      [self](stop_atom) -> caf::result<bool> {
        auto promise = self->make_response_promise<bool>();
        stop_everybody(self, promise);
        return promise;
      },
  };
}

}  // namespace freshet

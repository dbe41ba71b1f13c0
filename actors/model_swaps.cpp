#include "actors/model_swaps.hpp"

#include <algorithm>
#include <utility>

#include "actors/model_trials.hpp"

namespace freshet {

void announce_model(supervisor_pointer self) {
  const auto& state = self->state;
  if (!state.swaps.model) return;
  // Updaters first: a request that the recommender sends them is then answered with the same model.
  for (const auto& each : state.crew.updaters) self->send(each, state.swaps.model);
  self->send(state.crew.recommender, state.swaps.model);
  self->send(state.crew.librarian, state.swaps.model);
  // Behind the recommender, so that it warms up for this model.
  self->send(state.crew.warmer, state.swaps.model);
  self->send(state.crew.retrainer, state.swaps.model);
  self->send(state.crew.frontend, state.swaps.model);
}

namespace {

using namespace std::chrono_literals;

/// Without a model the popularity list follows the events at this pace.
constexpr auto popularity_interval = 1s;

/// How soon after its metadata an item can be recommended, and a change of the artifacts be noticed.
constexpr auto extension_interval = 200ms;

void reload(supervisor_pointer self);

void finish_reload(supervisor_pointer self, reload_outcome outcome) {
  auto& state = self->state;
  state.swaps.loading = false;
  const auto shared = std::make_shared<const reload_outcome>(std::move(outcome));
  for (const auto& tell : std::exchange(state.swaps.reloading, {})) tell(shared);
  if (!state.swaps.waiting_for_reload.empty()) reload(self);
}

void on_loaded(supervisor_pointer self, const load_outcome& outcome) {
  auto& state = self->state;
  auto& context = state.context;
  const std::string previous = state.swaps.model ? state.swaps.model->model_id : "";
  if (!outcome.refusal.empty()) {
    context.measured->model_swap("refused");
    context.journal->failure("model refused: " + outcome.refusal);
    if (state.swaps.model) context.ready->pass("model", "refused a new model: " + outcome.refusal);
    return finish_reload(self, {reload_outcome::kind::refused, previous, previous, outcome.refusal});
  }
  state.swaps.fingerprint = outcome.fingerprint;
  if (!outcome.loaded) return finish_reload(self, {reload_outcome::kind::no_update, previous, previous, ""});
  state.swaps.model = outcome.loaded;
  announce_model(self);
  watch_new_model(self, previous);
  const auto& metadata = state.swaps.model->metadata;
  if (state.swaps.model->trained()) {
    context.measured->model_swap("reloaded");
    context.measured->model_active(state.swaps.model->model_id, metadata.model_type, metadata.created_at);
    context.journal->info("model " + state.swaps.model->model_id +
                          " is in service: " + std::to_string(state.swaps.model->items()) + " items, " +
                          std::to_string(state.swaps.model->users()) + " users");
    context.ready->pass("model", state.swaps.model->model_id);
    const auto& indexed = state.swaps.model->indexed;
    context.measured->approximate_recall("ranking", indexed.ranking_recall);
    context.measured->approximate_recall("similarity", indexed.similarity_recall);
    if (!indexed.described.empty()) {
      context.journal->info("index of " + state.swaps.model->model_id + ": " + indexed.described);
      context.ready->pass("index", indexed.described);
    }
    const std::string content = context.embeddings.empty() ? "from the words of the items" : context.embeddings;
    context.journal->info("content vectors: " + content);
    context.ready->pass("content", content);
  } else {
    context.ready->pass("model", "none yet; /v1 serves what is popular");
  }
  finish_reload(self, {reload_outcome::kind::reloaded, previous, state.swaps.model->model_id, ""});
}

void reload(supervisor_pointer self) {
  auto& state = self->state;
  if (state.swaps.loading) return;
  state.swaps.loading = true;
  state.swaps.reloading = std::exchange(state.swaps.waiting_for_reload, {});
  auto order = std::make_shared<load_order>();
  order->serving_model_id = state.swaps.model ? state.swaps.model->model_id : "";
  order->serving_fingerprint = state.swaps.fingerprint;
  order->number = ++state.swaps.generations;
  if (state.swaps.trial) {
    order->at_hand = state.swaps.trial->candidate;
    order->at_hand_fingerprint = state.swaps.trial_fingerprint;
  }
  self->request(state.model_loader, caf::infinite, load_order_ptr(std::move(order)))
      .then([self](const load_outcome_ptr& outcome) { on_loaded(self, *outcome); },
            [self](const caf::error& why) {
              on_loaded(self, {nullptr, "", "the model loader died: " + self->system().render(why)});
            });
}

/// The same with the items that came since; `take` gets it unless there are none.
void extend(supervisor_pointer self, const generation_ptr& base, bool serves,
            const std::function<void(generation_ptr)>& take) {
  ++self->state.swaps.extending;
  self->request(self->state.model_loader, caf::infinite, extend_atom::value, base, serves)
      .then(
          [self, base, take](generation_ptr& extended) {
            --self->state.swaps.extending;
            if (!self->state.stopping && extended != base) take(std::move(extended));
          },
          [self](const caf::error&) {
            --self->state.swaps.extending;
            // Asked again.
            self->state.swaps.extended_at = 0;
          });
}

/// Has the generations take in the items that came since, when there are new ones.
void extend_models(supervisor_pointer self) {
  auto& swaps = self->state.swaps;
  const auto& context = self->state.context;
  if (swaps.extending > 0 || !swaps.model || !swaps.model->trained()) return;
  // Both only grow: the sum changes when one of them does.
  const auto version = context.catalogue->version(context.time->now_seconds()) + context.audience->turns();
  if (version == swaps.extended_at) return;
  swaps.extended_at = version;
  extend(self, swaps.model, true, [self](generation_ptr extended) {
    // A model that was loaded meanwhile knows the items, or is extended next.
    if (extended->number != self->state.swaps.model->number) {
      self->state.swaps.extended_at = 0;
      return;
    }
    self->state.swaps.model = std::move(extended);
    announce_model(self);
  });
  if (!swaps.trial) return;
  extend(self, swaps.trial->candidate, false, [self](generation_ptr extended) {
    const auto& trial = self->state.swaps.trial;
    if (!trial || trial->candidate->number != extended->number) return;
    auto changed = std::make_shared<model_trial>(*trial);
    changed->candidate = std::move(extended);
    self->state.swaps.trial = std::move(changed);
    announce_trial(self);
  });
}

}  // namespace

void activate(supervisor_pointer self, activation_order order, model_swaps::listener done) {
  // Through the model loader, because checking a model takes a second.
  self->request(self->state.model_loader, caf::infinite,
                activation_order_ptr(std::make_shared<const activation_order>(std::move(order))))
      .then(
          [self, done](const activation_outcome_ptr& outcome) {
            auto& state = self->state;
            if (*outcome) {
              // The reload that follows tells.
              state.swaps.waiting_for_reload.push_back(done);
              return reload(self);
            }
            const std::string serving = state.swaps.model ? state.swaps.model->model_id : "";
            const auto& why = outcome->failure();
            const auto what = why.code == error_code::not_found  ? reload_outcome::kind::not_found
                              : why.code == error_code::conflict ? reload_outcome::kind::conflict
                                                                 : reload_outcome::kind::refused;
            state.context.journal->warning("no model was activated: " + why.message);
            done(std::make_shared<const reload_outcome>(reload_outcome{what, serving, serving, why.message}));
          },
          [self, done](const caf::error& why) {
            done(std::make_shared<const reload_outcome>(reload_outcome{
                reload_outcome::kind::refused, "", "", "the model loader died: " + self->system().render(why)}));
          });
}

void begin_swaps(supervisor_pointer self) {
  if (self->state.context.hot_reload.enabled) self->send(self, tick_atom::value);
  self->send(self, extend_atom::value);
}

caf::result<reload_outcome_ptr> reload_on_request(supervisor_pointer self) {
  auto promise = self->make_response_promise<reload_outcome_ptr>();
  self->state.swaps.waiting_for_reload.push_back(
      [promise](const reload_outcome_ptr& outcome) mutable { promise.deliver(outcome); });
  reload(self);
  return promise;
}

caf::result<reload_outcome_ptr> activate_on_request(supervisor_pointer self, const activation_order_ptr& order) {
  auto promise = self->make_response_promise<reload_outcome_ptr>();
  activate(self, *order, [promise](const reload_outcome_ptr& outcome) mutable { promise.deliver(outcome); });
  return promise;
}

void look_for_another_model(supervisor_pointer self) {
  const auto& state = self->state;
  if (state.stopping) return;
  reload(self);
  const bool trained = state.swaps.model && state.swaps.model->trained();
  const std::chrono::seconds interval =
      trained ? state.context.hot_reload.check_interval
              : std::min<std::chrono::seconds>(popularity_interval, state.context.hot_reload.check_interval);
  self->delayed_send(self, interval, tick_atom::value);
}

void look_for_new_items(supervisor_pointer self) {
  if (self->state.stopping) return;
  auto* const watch = self->state.context.watch;
  if (watch != nullptr && watch->settled()) reload(self);
  extend_models(self);
  judge_models(self);
  self->delayed_send(self, extension_interval, extend_atom::value);
}

}  // namespace freshet

#include "actors/model_trials.hpp"

#include <utility>

namespace freshet {
namespace {

using trial_promise = caf::typed_response_promise<trial_outcome_ptr>;

trial_outcome_ptr share(trial_outcome outcome) {
  return std::make_shared<const trial_outcome>(std::move(outcome));
}

trial_outcome_ptr refuse(error_code code, const std::string& why) {
  return share(error{code, why});
}

void end_trial(supervisor_pointer self, const std::string& how, const std::string& why) {
  auto& state = self->state;
  const auto trial = std::exchange(state.swaps.trial, nullptr);
  if (!trial) return;
  state.context.measured->trial_ended(how);
  state.context.journal->info("trial of " + trial->candidate->model_id + " " + how + (why.empty() ? "" : ": " + why));
  announce_trial(self);
}

void begin(supervisor_pointer self, const trial_order& order, const load_outcome& outcome, trial_promise done) {
  auto& state = self->state;
  const auto refused = [&](error_code code, const std::string& why) { done.deliver(refuse(code, why)); };
  if (!outcome.loaded) return refused(outcome.refused_as, outcome.refusal);
  if (!state.swaps.model || !state.swaps.model->trained()) {
    return refused(error_code::conflict,
                   "no model serves that " + order.model_id + " could be tried beside; activate it instead");
  }
  if (state.swaps.model->model_id == order.model_id) {
    return refused(error_code::conflict, order.model_id + " serves everybody already");
  }
  end_trial(self, "aborted", "another begins");
  state.swaps.trial =
      std::make_shared<const model_trial>(model_trial{.candidate = outcome.loaded,
                                                      .stage = order.stage,
                                                      .share = order.share.value_or(state.context.rollout.share),
                                                      .since = std::chrono::steady_clock::now(),
                                                      .shadow = std::make_shared<shadow_figures>()});
  state.swaps.trial_fingerprint = outcome.fingerprint;
  const std::string stage = order.stage == rollout_stage::canary ? "canary" : "shadow";
  state.context.journal->info("trial of " + order.model_id + " began as " + stage + " with a share of " +
                              std::to_string(state.swaps.trial->share) + ", by " + order.by);
  announce_trial(self);
  done.deliver(share(trial_change{stage, order.model_id}));
}

void load_and_begin(supervisor_pointer self, const trial_order_ptr& order, trial_promise done) {
  auto& state = self->state;
  const auto& trial = state.swaps.trial;
  if (trial && trial->candidate->model_id == order->model_id && order->what == trial_order::kind::begin) {
    // In shadow so far, a canary from now on: it is loaded already.
    return begin(self, *order, {trial->candidate, state.swaps.trial_fingerprint, ""}, std::move(done));
  }
  auto wanted = std::make_shared<load_order>();
  wanted->candidate_id = order->model_id;
  wanted->number = ++state.swaps.generations;
  self->request(state.model_loader, caf::infinite, load_order_ptr(std::move(wanted)))
      .then([self, order, done](const load_outcome_ptr& outcome) { begin(self, *order, *outcome, done); },
            [self, done](const caf::error& why) mutable {
              done.deliver(refuse(error_code::unavailable, "the model loader died: " + self->system().render(why)));
            });
}

void renew(supervisor_pointer self, trial_order order, trial_promise done) {
  const auto& trial = self->state.swaps.trial;
  if (!trial) {
    done.deliver(share(trial_change{}));
    return;
  }
  order.model_id = trial->candidate->model_id;
  order.stage = trial->stage;
  order.share = trial->share;
  load_and_begin(self, std::make_shared<const trial_order>(std::move(order)), std::move(done));
}

void promote(supervisor_pointer self, const std::string& by, const std::function<void(trial_outcome_ptr)>& done) {
  const auto id = self->state.swaps.trial->candidate->model_id;
  activate(self, {id, "promotion " + by}, [self, id, done](const reload_outcome_ptr& outcome) {
    const bool serves =
        outcome->what == reload_outcome::kind::reloaded || outcome->what == reload_outcome::kind::no_update;
    if (serves) end_trial(self, "promoted", "");
    done(serves ? share(trial_change{"promoted", id}) : refuse(error_code::conflict, outcome->reason));
  });
}

void judge_trial(supervisor_pointer self) {
  auto& state = self->state;
  if (!state.swaps.trial || state.swaps.deciding) return;
  const auto verdict =
      judge(*state.swaps.trial, state.context.rollout, state.context.live_guard, std::chrono::steady_clock::now());
  if (verdict.what == trial_verdict::kind::goes_on) return;
  if (verdict.what == trial_verdict::kind::abort) return end_trial(self, "aborted", verdict.reason);
  state.swaps.deciding = true;
  promote(self, "by rule: " + verdict.reason, [self](const trial_outcome_ptr& outcome) {
    self->state.swaps.deciding = false;
    if (!*outcome) end_trial(self, "aborted", outcome->failure().message);
  });
}

void guard_model(supervisor_pointer self) {
  auto& state = self->state;
  auto& swaps = state.swaps;
  if (!swaps.guarded_until) return;
  if (std::chrono::steady_clock::now() > *swaps.guarded_until) {
    state.context.journal->info("model " + swaps.model->model_id + " kept within its bounds");
    swaps.guarded_until.reset();
    return;
  }
  const auto why = out_of_bounds(state.context.live_guard, swaps.model->live->seen());
  if (!why) return;
  swaps.guarded_until.reset();
  state.context.journal->failure("model " + swaps.model->model_id + " is rolled back: " + *why);
  state.context.measured->model_swap("rolled_back");
  activate(self, {"", "live guard: " + *why}, [self](const reload_outcome_ptr& outcome) {
    // The model before has shown that it can serve.
    self->state.swaps.guarded_until.reset();
    if (outcome->what != reload_outcome::kind::reloaded) {
      self->state.context.journal->failure("it serves on: " + outcome->reason);
    }
  });
}

}  // namespace

void announce_trial(supervisor_pointer self) {
  const auto& state = self->state;
  // Updaters first, as for a model.
  for (const auto& each : state.crew.updaters) self->send(each, state.swaps.trial);
  self->send(state.crew.recommender, state.swaps.trial);
  self->send(state.crew.librarian, state.swaps.trial);
  self->send(state.crew.retrainer, state.swaps.trial);
  self->send(state.crew.frontend, state.swaps.trial);
}

caf::result<trial_outcome_ptr> trial_on_request(supervisor_pointer self, const trial_order_ptr& order) {
  auto promise = self->make_response_promise<trial_outcome_ptr>();
  if (order->what == trial_order::kind::begin) {
    load_and_begin(self, order, promise);
  } else if (order->what == trial_order::kind::renew) {
    renew(self, *order, promise);
  } else if (!self->state.swaps.trial) {
    promise.deliver(refuse(error_code::conflict, "no candidate is tried at present"));
  } else if (order->what == trial_order::kind::abort) {
    const auto id = self->state.swaps.trial->candidate->model_id;
    end_trial(self, "aborted", order->by);
    promise.deliver(share(trial_change{"aborted", id}));
  } else {
    promote(self, order->by, [promise](const trial_outcome_ptr& outcome) mutable { promise.deliver(outcome); });
  }
  return promise;
}

void watch_new_model(supervisor_pointer self, const std::string& previous) {
  auto& swaps = self->state.swaps;
  if (swaps.trial && swaps.trial->candidate->model_id == swaps.model->model_id) end_trial(self, "promoted", "");
  swaps.guarded_until.reset();
  const auto window = self->state.context.live_guard.window;
  if (!previous.empty() && previous != swaps.model->model_id && window.count() > 0) {
    swaps.guarded_until = std::chrono::steady_clock::now() + window;
  }
}

void judge_models(supervisor_pointer self) {
  judge_trial(self);
  guard_model(self);
}

}  // namespace freshet

#include "actors/custodian.hpp"

#include <algorithm>
#include <unordered_set>

#include "actors/updater.hpp"
#include "io/artifacts/user_erasure.hpp"
#include "io/http/problem.hpp"
#include "io/store/forgotten.hpp"
#include "io/telemetry/log_erasure.hpp"

namespace freshet {
namespace {

using namespace std::chrono_literals;
using custodian_pointer = custodian_actor::stateful_pointer<custodian_state>;

constexpr auto expiry_interval = 1h;
/// For records that were accepted to be written to their log.
constexpr auto flush_deadline = 5s;

error no_answer(std::string_view who) {
  return {error_code::unavailable, "the " + std::string(who) + " does not answer; try again"};
}

/// What the others do is asked for and waited for, on this actor's thread.
custodian::crew crew_of(custodian_pointer self) {
  const auto others = self->state.others;
  auto& system = self->system();
  return {.reload_model = [&system, supervisor = self->state.supervisor]() -> status {
            status done = no_answer("supervisor");
            caf::scoped_actor asking{system};
            asking->request(supervisor, caf::infinite, reload_atom::value)
                .receive(
                    [&](const reload_outcome_ptr& outcome) {
                      done = success{};
                      if (outcome->what == reload_outcome::kind::refused) {
                        done = error{error_code::unavailable,
                                     "the model in service could not be replaced: " + outcome->reason};
                      }
                    },
                    [](const caf::error&) {});
            FRESHET_TRY(done);
            trial_order renewed{.what = trial_order::kind::renew, .by = "an erasure"};
            done = no_answer("supervisor");
            asking
                ->request(supervisor, caf::infinite, trial_order_ptr(std::make_shared<trial_order>(std::move(renewed))))
                .receive(
                    [&](const trial_outcome_ptr& outcome) {
                      done = *outcome ? status(success{}) : status(outcome->failure());
                    },
                    [](const caf::error&) {});
            return done;
          },
          .train_anew = [&system, others](const erased_users_ptr& erased) -> status {
            status done = no_answer("retrainer");
            caf::scoped_actor asking{system};
            asking->request(others->retrainer, caf::infinite, erased)
                .receive([&](bool) { done = success{}; }, [](const caf::error&) {});
            return done;
          },
          .forget = [&system, others](const erased_users_ptr& erased) -> status {
            for (const auto& updater : others->updaters) {
              status done = no_answer("updater");
              caf::scoped_actor asking{system};
              asking->request(updater, caf::infinite, erased)
                  .receive([&](bool) { done = success{}; }, [](const caf::error&) {});
              FRESHET_TRY(done);
            }
            return success{};
          },
          .count_trends_anew = [&system, others]() -> status {
            status done = no_answer("trend counter");
            caf::scoped_actor asking{system};
            asking->request(others->trend_counter, caf::infinite, run_atom::value)
                .receive(
                    [&](bool counted) {
                      if (counted) done = success{};
                    },
                    [](const caf::error&) {});
            return done;
          }};
}

}  // namespace

std::vector<consumed_position> custodian::ends_of_logs() const {
  std::vector<consumed_position> ends;
  for (const auto& each : context_.events->source->state()) {
    ends.push_back({context_.events->source->name(), each.partition, std::max(each.position, each.end)});
  }
  return ends;
}

result<http::erasure_receipt> custodian::erase_everywhere(const erasure_task& task, const crew& others) const {
  const auto& ids = task.user_ids;
  // What cannot be written now is not in the log; should it get there, its time is not after the erasure.
  (void)context_.events->sink->flush(flush_deadline);
  http::erasure_receipt receipt{.user_id = task.single ? ids.front() : "", .users = ids.size()};
  receipt.erased_at = context_.time->now_seconds();
  FRESHET_ASSIGN(const auto erased, context_.store->erase_users({ids, receipt.erased_at, ends_of_logs()}));
  receipt.known = erased.users;
  receipt.events = erased.events;
  receipt.dead_letters = erased.dead_letters;
  receipt.log_records = erased.log_records;

  const auto forgotten_users = std::make_shared<const erased_users>(erased_users{ids});
  if (others.train_anew) FRESHET_TRY(others.train_anew(forgotten_users));
  const std::unordered_set<std::string_view> gone(ids.begin(), ids.end());
  // Those besides whom a training has learnt that began before their erasure and ended after it.
  FRESHET_ASSIGN(const auto models,
                 erase_users_from_models(context_.artifacts, [&](std::string_view id) -> result<bool> {
                   if (gone.contains(id)) return true;
                   return is_forgotten(*context_.store, id);
                 }));
  receipt.models = models.models;
  receipt.model_rows = models.rows;
  FRESHET_TRY(others.reload_model());
  FRESHET_TRY(others.forget(forgotten_users));
  context_.kept->response.clear();
  context_.kept->fallback.clear();
  FRESHET_TRY(others.count_trends_anew());
  context_.journal->flush();
  FRESHET_ASSIGN(receipt.log_mentions, erase_users_from_logs(context_.logs, ids));
  return receipt;
}

http::response custodian::erase(const erasure_task& task, const crew& others) const {
  const auto& in = task.call->in();
  const auto receipt = erase_everywhere(task, others);
  const auto recorded =
      context_.audit->record("DATA_DELETION", task.user_ids, receipt ? "" : receipt.failure().message);
  if (!receipt) {
    context_.journal->failure("an erasure is not complete: " + receipt.failure().message);
    return http::problem(503, "The erasure is not complete, repeat it: " + receipt.failure().message, in);
  }
  if (!recorded) {
    context_.journal->failure("an erasure could not be recorded: " + recorded.failure().message);
    return http::problem(503, "Everything is erased, but that could not be recorded; repeat it", in);
  }
  context_.journal->info("erased: " + std::to_string(receipt->users) + " users, " + std::to_string(receipt->events) +
                         " events, " + std::to_string(receipt->model_rows) + " rows of models");
  return http::render_erasure(*receipt);
}

bool custodian::configure(const options& changed) {
  const auto days = changed.retention.days;
  if (days == context_.retention_days) return false;
  context_.retention_days = days;
  context_.store->set_retention(days);
  forget_derived();
  return true;
}

void custodian::forget_derived() const {
  context_.users->clear();
  context_.kept->response.clear();
  context_.kept->fallback.clear();
}

bool custodian::remove_expired() const {
  if (context_.retention_days == 0) return false;
  const auto removed = context_.store->remove_expired();
  if (removed && removed->events == 0) return false;
  const std::string failure = removed ? "" : removed.failure().message;
  const audit_log::retention_run run{.days = context_.retention_days,
                                     .events = removed ? removed->events : 0,
                                     .users = removed ? removed->users : 0,
                                     .failure = failure};
  if (const auto recorded = context_.audit->record(run); !recorded) {
    context_.journal->failure(recorded.failure().message);
  }
  if (!removed) {
    context_.journal->failure("what has expired could not be removed: " + removed.failure().message);
    return false;
  }
  forget_derived();
  context_.journal->info("expired: " + std::to_string(removed->events) + " events, " + std::to_string(removed->users) +
                         " users");
  return true;
}

namespace {

/// Nobody waits for it.
void count_trends_anew(custodian_pointer self) {
  caf::anon_send(self->state.others->trend_counter, run_atom::value);
}

}  // namespace

custodian_actor::behavior_type make_custodian(custodian_pointer self, custodian_context context,
                                              const supervisor_actor& supervisor) {
  self->state.logic = std::make_unique<custodian>(std::move(context));
  self->state.supervisor = supervisor;
  return {
      [self](const erasure_task_ptr& task) {
        // Before the wiring the request dies here, which answers it.
        if (self->state.others) task->call->answer(self->state.logic->erase(*task, crew_of(self)));
      },
      [self](const options_ptr& changed) {
        if (!self->state.logic->configure(*changed) || !self->state.others) return;
        self->state.logic->remove_expired();
        count_trends_anew(self);
      },
      [self](tick_atom) {
        if (self->state.logic->remove_expired()) count_trends_anew(self);
        self->delayed_send(self, std::chrono::duration_cast<std::chrono::milliseconds>(expiry_interval),
                           tick_atom::value);
      },
      [self](wiring_ptr& others) {
        const bool first = !self->state.others;
        self->state.others = std::move(others);
        if (first) self->send(self, tick_atom::value);
      },
  };
}

}  // namespace freshet

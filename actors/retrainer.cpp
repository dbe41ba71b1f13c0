#include "actors/retrainer.hpp"

#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "actors/model_loader.hpp"
#include "config/settings.hpp"
#include "core/base/text.hpp"
#include "core/models/trainer.hpp"
#include "io/artifacts/json_tree.hpp"
#include "io/artifacts/registry.hpp"
#include "io/artifacts/staging_directory.hpp"
#include "io/events/timestamp.hpp"

namespace freshet {
namespace {

using namespace std::chrono_literals;

/// How often a running child is listened to, and how often an idle plan is looked at.
constexpr auto busy_interval = 100ms;
constexpr auto idle_interval = 1s;

/// What the child's results depend on.
constexpr std::string_view told_settings[] = {"profile",  "store.",   "model.",   "events.",
                                              "logging.", "content.", "retrain.", "retention."};

std::vector<std::string> settings_for_child(const options& settings) {
  std::vector<std::string> told;
  const auto tell = [&](const std::string& key, const std::string& value) {
    if (std::ranges::none_of(told_settings, [&](auto front) { return key.starts_with(front); })) return;
    told.insert(told.end(), {"--set", key + "=" + value});
  };
  for (const auto& declared : all_settings()) tell(declared.key, declared.get(settings));
  for (const auto& family : setting_families()) {
    for (const auto& [name, value] : family.get(settings)) tell(family.prefix + name, value);
  }
  return told;
}

/// {"factors":64,"solver":"cg"}: what reads as a number or a switch is one.
std::string to_json(const std::map<std::string, std::string>& params) {
  json_tree tree = json_tree::of_object();
  for (const auto& [name, value] : params) {
    auto read = parse_json(value);
    const bool is_bare = read && (read->number() || read->boolean());
    tree.set(name, is_bare ? *std::move(read) : json_tree::of_text(value));
  }
  return tree.compact();
}

std::string text_of(const json_tree& tree, std::string_view name) {
  const json_tree* found = tree.find(name);
  return found == nullptr ? std::string() : found->text().value_or("");
}

std::uint64_t number_of(const json_tree& tree, std::string_view name) {
  const json_tree* found = tree.find(name);
  return found == nullptr ? 0 : found->whole_number().value_or(0);
}

std::filesystem::path audit_log_of(const options& settings) {
  return std::filesystem::path(settings.logging.dir) / "registry_audit.log";
}

}  // namespace

retrainer::retrainer(retrainer_context context) : context_(std::move(context)) {
  // Whoever ran them is gone, and the child with it.
  context_.tasks->abandon("train", "the actor that ran it died", context_.time->now_seconds());
  remove_abandoned_staging(context_.settings.model.dir, reach::below);
  if (auto opened = log::open(context_.settings.logging, log_channel::training)) training_log_ = *std::move(opened);
  plan_.configure(context_.settings.retrain, context_.time->now_seconds());
}

void retrainer::configure(const options& changed) {
  context_.settings = changed;
  plan_.configure(changed.retrain, context_.time->now_seconds());
}

void retrainer::use(const generation_ptr& model) {
  if (model->number == generation_ || !model->trained()) return;
  generation_ = model->number;
  count_from_model_in_service();
}

void retrainer::count_from_model_in_service() {
  const auto known = registry::read(context_.settings.model.dir);
  if (!known || !known->current()) return;
  const auto counts = context_.store->counts();
  const auto trained_at = parse_timestamp(known->current()->created_at);
  const auto now = context_.time->now_seconds();
  plan_.serves(trained_at.value_or(now), known->current()->trained_events.value_or(counts ? counts->events : 0), now);
}

std::vector<std::string> retrainer::command_line(const http::train_request& asked, const std::string& family) const {
  const auto& settings = context_.settings;
  std::vector<std::string> arguments{"freshet",
                                     "train",
                                     family,
                                     "--register",
                                     "--no-activate",
                                     "--gate",
                                     "--progress-json",
                                     "--child-of",
                                     std::to_string(::getpid()),
                                     "--nice",
                                     std::to_string(settings.retrain.nice)};
  const auto add = [&](const char* flag, const std::string& value) {
    arguments.insert(arguments.end(), {flag, value});
  };
  if (settings.retrain.memory_limit_mb > 0) {
    add("--memory-limit-mb", std::to_string(settings.retrain.memory_limit_mb));
  }
  if (!asked.params.empty()) {
    add("--params", asked.params);
  } else if (!settings.retrain.params.empty() && (asked.model.empty() || asked.model == settings.retrain.model)) {
    add("--params", to_json(settings.retrain.params));
  }
  if (asked.seed) add("--seed", std::to_string(*asked.seed));
  if (settings.retrain.warm_start) {
    const auto known = registry::read(settings.model.dir);
    if (known && known->current() && known->current()->model_type == family) {
      add("--warm-start", known->current()->path.string());
    }
  }
  const auto told = settings_for_child(settings);
  arguments.insert(arguments.end(), told.begin(), told.end());
  return arguments;
}

train_answer retrainer::begin(const http::train_request& asked, const std::string& asked_by) {
  if (running_) {
    return error{error_code::conflict, "a training runs already: " + running_->task_id +
                                           "; wait for it, or cancel it with DELETE /v1/tasks/" + running_->task_id};
  }
  const std::filesystem::path root = context_.settings.model.dir;
  std::error_code unknown;
  if (!std::filesystem::exists(root / "registry.json", unknown) && holds_a_model(root)) {
    return error{error_code::conflict,
                 "model.dir is one model directory, which has no place for another; name an artifacts root instead"};
  }
  std::string family = asked.model.empty() ? context_.settings.retrain.model : asked.model;
  if (family.empty()) {
    const auto known = registry::read(root);
    family = known && known->current() ? known->current()->model_type : context_.settings.model.type;
  }
  if (const auto known = find_trainer(family); !known) {
    return error{error_code::invalid_argument, known.failure().message};
  }
  auto child = child_process::start(context_.program, command_line(asked, family));
  if (!child) return child.failure();
  http::task task{.kind = "train", .asked_by = asked_by, .model = family, .created_at = context_.time->now_seconds()};
  task.id = context_.tasks->add(task);
  context_.journal->info("training " + family + " in a process of its own, asked by " + asked_by + ": " + task.id);
  running_ = training{.task_id = task.id,
                      .family = family,
                      .asked = asked,
                      .child = *std::move(child),
                      .started = std::chrono::steady_clock::now()};
  return task;
}

train_answer retrainer::cancel(const std::string& task_id) {
  const auto found = context_.tasks->find(task_id);
  if (!found) return error{error_code::not_found, "no task " + in_quotes(task_id)};
  if (!running_ || running_->task_id != task_id || running_->handed_over) {
    return error{error_code::conflict, task_id + " has ended: " + std::string(to_string(found->state))};
  }
  running_->cancelled = true;
  ask_to_end(*running_);
  return *found;
}

void retrainer::begin_anew() {
  // What is registered already loses its rows of them as every other model does.
  if (!running_ || running_->handed_over) return;
  // Killed here and now, so that it registers nothing any more.
  { const auto gone = std::move(running_->child); }
  if (running_->kill_at) return conclude_ended_by_us();
  context_.journal->info("training " + running_->task_id + " begins again: users were erased whom it had read");
  auto child = child_process::start(context_.program, command_line(running_->asked, running_->family));
  if (!child)
    return conclude(http::task_state::failed, "users were erased whom it had read, and " + child.failure().message);
  running_ = training{.task_id = running_->task_id,
                      .family = running_->family,
                      .asked = running_->asked,
                      .child = *std::move(child),
                      .started = std::chrono::steady_clock::now()};
  context_.tasks->change(running_->task_id, [](http::task& task) {
    task.progress.reset();
    task.model_id.clear();
    task.gate.clear();
    task.reason.clear();
  });
}

void retrainer::conclude_ended_by_us() {
  if (running_->cancelled) return conclude(http::task_state::cancelled, "cancelled by command");
  conclude(http::task_state::failed, "it took longer than retrain.time_limit_seconds, " +
                                         std::to_string(context_.settings.retrain.time_limit.count()));
}

void retrainer::ask_to_end(training& run) {
  if (run.kill_at) return;
  run.child.signal(SIGTERM);
  run.kill_at = std::chrono::steady_clock::now() + patience;
}

void retrainer::hear() {
  const auto said = running_->child.read();
  for (const auto& line : said.errors) {
    running_->last_words = line;
    if (training_log_) training_log_->info(running_->task_id + ": " + line);
  }
  for (const auto& line : said.output) hear_line(line);
}

void retrainer::hear_line(const std::string& line) {
  const auto tree = parse_json(line);
  if (!tree) return;
  if (const json_tree* progress = tree->find("progress")) {
    context_.tasks->change(running_->task_id, [&](http::task& task) {
      task.progress = http::task_progress{.unit = text_of(*progress, "unit"),
                                          .done = number_of(*progress, "part"),
                                          .of = number_of(*progress, "whole"),
                                          .note = text_of(*progress, "note")};
    });
  }
  const auto outcome = text_of(*tree, "outcome");
  if (outcome.empty()) return;
  running_->outcome = outcome;
  context_.tasks->change(running_->task_id, [&](http::task& task) {
    task.model_id = text_of(*tree, "model_id");
    task.gate = text_of(*tree, "gate");
    task.reason = text_of(*tree, "reason");
  });
}

std::optional<std::string> retrainer::look() {
  const auto now = context_.time->now_seconds();
  if (!running_) {
    std::uint64_t events = 0;
    if (plan_.counts_events()) {
      const auto counts = context_.store->counts();
      if (!counts) return std::nullopt;
      events = counts->events;
    }
    if (const auto why = plan_.due(now, events)) {
      if (const auto begun = begin({}, *why); !begun) {
        context_.journal->failure("no training was begun (" + *why + "): " + begun.failure().message);
        plan_.ended(now, events);
      }
    }
    return std::nullopt;
  }
  if (running_->handed_over) return std::nullopt;
  const auto how = running_->child.ended();
  hear();
  if (how) return after_its_end(*how);
  const auto time = std::chrono::steady_clock::now();
  if (time - running_->started > context_.settings.retrain.time_limit) ask_to_end(*running_);
  if (running_->kill_at && time > *running_->kill_at) running_->child.signal(SIGKILL);
  return std::nullopt;
}

std::optional<std::string> retrainer::after_its_end(const child_process::ending& how) {
  const auto task = context_.tasks->find(running_->task_id);
  if (running_->kill_at) {
    conclude_ended_by_us();
  } else if (how.exit_code == 0 && running_->outcome == "registered" && task) {
    running_->handed_over = true;
    return task->model_id;
  } else if (running_->outcome == "refused") {
    conclude(http::task_state::refused, task ? task->reason : "");
  } else if (how.signal != 0) {
    conclude(http::task_state::failed,
             "the training was ended by signal " + std::to_string(how.signal) +
                 (running_->last_words.empty() ? "" : "; its last words: " + running_->last_words));
  } else {
    const bool silent = running_->last_words.empty();
    conclude(http::task_state::failed,
             silent ? "the training left with exit code " + std::to_string(how.exit_code) : running_->last_words);
  }
  return std::nullopt;
}

void retrainer::handed_over(const result<std::string>& outcome) {
  if (!running_) return;
  if (!outcome) {
    return conclude(http::task_state::failed, "trained, but not taken into service: " + outcome.failure().message);
  }
  conclude(http::task_state::succeeded, *outcome);
  prune();
}

void retrainer::conclude(http::task_state state, const std::string& reason) {
  const auto id = running_->task_id;
  const auto now = context_.time->now_seconds();
  context_.tasks->change(id, [&](http::task& task) {
    task.state = state;
    task.reason = reason;
    task.finished_at = now;
    task.progress.reset();
  });
  const std::string word(to_string(state));
  context_.measured->training_done(word);
  const auto task = context_.tasks->find(id);
  const std::string line =
      "training " + id + " " + word + (task && !task->model_id.empty() ? " " + task->model_id : "") +
      (task && !task->gate.empty() ? "; " + task->gate : "") + (reason.empty() ? "" : "; " + reason);
  const bool is_well = state == http::task_state::succeeded || state == http::task_state::cancelled;
  is_well ? context_.journal->info(line) : context_.journal->warning(line);
  const auto counts = context_.store->counts();
  plan_.ended(now, counts ? counts->events : 0);
  running_.reset();
}

void retrainer::prune() {
  const auto& settings = context_.settings;
  const auto archived = prune_models(
      settings.model.dir, {.keep = settings.retrain.keep_models, .spared = {on_trial_}, .by = "retrain.keep_models"},
      *context_.time, audit_log_of(settings));
  if (!archived) return context_.journal->warning("older models stay: " + archived.failure().message);
  for (const auto& id : *archived) context_.journal->info("archived " + id + ", as retrain.keep_models says");
}

retrainer_actor::behavior_type make_retrainer(retrainer_actor::stateful_pointer<retrainer_state> self,
                                              retrainer_context context) {
  self->state.logic = std::make_unique<retrainer>(std::move(context));
  const auto supervisor = self->state.logic->supervisor();
  self->send(self, tick_atom::value);
  const auto no_answer = [self](const caf::error& why) {
    self->state.logic->handed_over(
        error{error_code::unavailable, "the supervisor does not answer: " + self->system().render(why)});
  };
  const auto activate = [self, supervisor, no_answer](const std::string& model_id) {
    self->request(supervisor, caf::infinite,
                  activation_order_ptr(std::make_shared<activation_order>(activation_order{model_id, "retraining"})))
        .then(
            [self](const reload_outcome_ptr& outcome) {
              using kind = reload_outcome::kind;
              const bool serves = outcome->what == kind::reloaded || outcome->what == kind::no_update;
              self->state.logic->handed_over(serves ? result<std::string>(std::string())
                                                    : error{error_code::conflict, outcome->reason});
            },
            no_answer);
  };
  const auto try_first = [self, supervisor, no_answer](const std::string& model_id, rollout_stage stage) {
    trial_order order{.what = trial_order::kind::begin, .model_id = model_id, .stage = stage, .by = "retraining"};
    self->request(supervisor, caf::infinite, trial_order_ptr(std::make_shared<const trial_order>(std::move(order))))
        .then(
            [self](const trial_outcome_ptr& outcome) {
              self->state.logic->handed_over(*outcome ? result<std::string>("tried as " + (*outcome)->done)
                                                      : outcome->failure());
            },
            no_answer);
  };
  const auto hand_over = [self, activate, try_first](const std::string& model_id) {
    const auto stage = self->state.logic->first_stage();
    // The first model has nothing to be tried beside.
    stage == rollout_stage::direct || !self->state.logic->has_model() ? activate(model_id) : try_first(model_id, stage);
  };
  return {
      [self](const options_ptr& changed) { self->state.logic->configure(*changed); },
      [self](const generation_ptr& model) { self->state.logic->use(model); },
      [self](const trial_ptr& trial) { self->state.logic->use(trial); },
      [self](const train_order_ptr& order) -> train_answer_ptr {
        return std::make_shared<const train_answer>(self->state.logic->begin(order->asked, order->asked_by));
      },
      [self](const erased_users_ptr&) {
        self->state.logic->begin_anew();
        return true;
      },
      [self](cancel_atom, const std::string& task_id) -> train_answer_ptr {
        return std::make_shared<const train_answer>(self->state.logic->cancel(task_id));
      },
      [self, hand_over](tick_atom) {
        if (const auto made = self->state.logic->look()) hand_over(*made);
        self->delayed_send(self,
                           self->state.logic->is_busy() ? std::chrono::milliseconds(busy_interval)
                                                        : std::chrono::milliseconds(idle_interval),
                           tick_atom::value);
      },
  };
}

}  // namespace freshet

#include "actors/updater.hpp"

#include <algorithm>
#include <chrono>

#include "actors/requests/reranking.hpp"
#include "actors/requests/user_standing.hpp"
#include "core/base/hash.hpp"
#include "io/http/problem.hpp"
#include "io/store/event_weights.hpp"

namespace freshet {
namespace {

/// Few, so that what comes meanwhile waits well under a millisecond.
constexpr std::size_t refolded_at_once = 2;
/// Of one batch: requests wait about a millisecond behind them. A batch of live events touches fewer; one that catches
/// up touches thousands, many of whom the next batch touches again.
constexpr std::size_t refreshed_at_once = 16;

}  // namespace

std::size_t owner_of(std::string_view user_id, std::size_t updaters) {
  // Another seed than the shards of the query table, so that the two divisions are independent.
  return hash64(user_id, 1) % updaters;
}

bool updater::use(generation_ptr model) {
  // The same model with items that came since changes no query.
  const bool is_known = model_ && model_->number == model->number;
  model_ = std::move(model);
  return !is_known && find_stale();
}

bool updater::use(trial_ptr trial) {
  trial_ = std::move(trial);
  return model_ && find_stale();
}

bool updater::find_stale() {
  stale_ = context_.table->users_if([this](const user_query& each) {
    return owner_of(each.user_id, updaters_) == number_ && each.generation != serving(each.user_id).number;
  });
  return !stale_.empty();
}

bool updater::refold() {
  const auto first = stale_.end() - static_cast<std::ptrdiff_t>(std::min(refolded_at_once, stale_.size()));
  const std::vector<std::string> next(first, stale_.end());
  stale_.erase(first, stale_.end());
  refresh(next);
  return !stale_.empty();
}

void updater::refresh(std::span<const std::string> user_ids) {
  if (!model_) return;
  std::size_t folded = 0;
  for (const auto& user_id : user_ids) {
    if (!context_.table->contains(user_id)) continue;
    if (folded == refreshed_at_once) {
      context_.table->erase(user_id);
      continue;
    }
    auto fresh = compute({.user_id = user_id, .extra = {}, .as_of = {}}, serving(user_id));
    if (fresh) {
      context_.table->publish(std::move(fresh->user));
      ++folded;
    } else {
      // The store could not be read: better no snapshot than a stale one; the next question tries again.
      context_.table->erase(user_id);
    }
  }
  context_.measured->fold_ins(folded);
}

void updater::forget(std::span<const std::string> user_ids) {
  for (const auto& user_id : user_ids) context_.table->erase(user_id);
}

result<updater::resolved> updater::resolve(const http::recommend_query& asked, const generation_ptr& model) {
  FRESHET_ASSIGN(auto computed,
                 compute({.user_id = asked.user_id, .extra = asked.history, .as_of = asked.as_of}, *model));
  context_.measured->fold_ins(1);
  // An unknown user is not kept: a flood of made-up ids must not push out the real ones.
  // Nor is one that another model was asked for than the one that serves the user.
  const bool serves = model_ && model->number == serving(asked.user_id).number;
  if (asked.history.empty() && !asked.as_of && computed.user->known && serves) context_.table->publish(computed.user);
  return computed;
}

const strength_options& updater::strengths_of_types() {
  const auto types = context_.store->event_types();
  if (types.size() != known_types_) {
    strengths_ = strengths_by_type(context_.events, types);
    known_types_ = types.size();
  }
  return strengths_;
}

void updater::add_entries(user_interactions& told, std::span<const http::history_entry> given, const generation& model,
                          std::vector<item_row>& seen) const {
  // The entries of a request are one session, after everything that is stored; without times in the order given.
  std::vector<http::history_entry> entries(given.begin(), given.end());
  std::stable_sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.ts < b.ts; });
  const std::uint32_t session = told.sequence.empty() ? 0 : told.sequence.back().session + 1;
  for (const auto& entry : entries) {
    const auto index = context_.catalogue->find(entry.item_id);
    const auto row = index ? model.row_of(*index) : no_row;
    if (row == no_row) continue;
    seen.push_back(row);
    if (!model.in_model(row) || !(entry.weight > 0)) continue;
    told.sequence.push_back({row, entry.ts, session});
    const auto place = std::lower_bound(told.strengths.begin(), told.strengths.end(), row,
                                        [](const auto& each, item_row wanted) { return each.item < wanted; });
    if (place != told.strengths.end() && place->item == row) {
      place->strength += entry.weight;
    } else {
      told.strengths.insert(place, {row, entry.weight});
    }
  }
}

result<updater::resolved> updater::compute(const whose& asked, const generation& model) {
  const auto& [user_id, extra, as_of] = asked;
  auto made = std::make_shared<user_query>();
  made->user_id = user_id;
  // Taken before the history is read: what is kept under it is never older than what it names.
  const bool publishable = extra.empty() && !as_of;
  const auto version = publishable ? context_.table->next_version() : 0;
  made->generation = model.number;

  user_history history;
  if (!user_id.empty()) {
    FRESHET_ASSIGN(const auto index, context_.store->find_user(user_id));
    if (index) {
      FRESHET_ASSIGN(history, context_.store->history(*index));
    }
  }
  if (as_of) std::erase_if(history, [&](const interaction& event) { return event.ts > *as_of; });
  user_interactions told{.strengths = to_taste(strengths(history, strengths_of_types()), model.row_of_index),
                         .sequence = to_sequence(history, model.row_of_index)};
  for (const auto& event : history) {
    if (const auto row = model.row_of(event.item); row != no_row) {
      made->seen.push_back(row);
    } else {
      made->seen_without_row.push_back(event.item);
    }
  }
  add_entries(told, extra, model, made->seen);
  std::sort(made->seen.begin(), made->seen.end());
  made->seen.erase(std::unique(made->seen.begin(), made->seen.end()), made->seen.end());
  auto& without_row = made->seen_without_row;
  std::sort(without_row.begin(), without_row.end());
  without_row.erase(std::unique(without_row.begin(), without_row.end()), without_row.end());

  const auto trained = model.row_of_user(user_id);
  made->known = !history.empty() || trained;
  if (made->known) made->version = version;
  const std::size_t interactions = history.size() + extra.size();
  const bool has_vector = trained && model.user_factors && model.user_factors->rows() > 0;
  const auto standing = standing_of({.events = interactions,
                                     .has_taste = !told.strengths.empty(),
                                     // What a model learnt of a user it learnt from all events.
                                     .is_trained = has_vector && !as_of,
                                     .fold_in_from = context_.fallback.fold_in_from});
  made->cold = standing.cold;
  made->trainable = standing.trainable;
  if (!standing.cold && interactions > 0) {
    made->asked = model.served->fold_in(told);
  } else if (!standing.cold) {
    const auto factors = model.user_factors->row(to_integer(*trained));
    made->asked = dense_query{{factors.begin(), factors.end()}};
  }
  return resolved{std::move(made), std::move(told)};
}

http::response updater::explain(const because_task& task) {
  const auto& in = task.call->in();
  const auto& model = *task.model;
  const auto index = context_.catalogue->find(task.item_id);
  if (!index) return http::problem(404, "Item " + task.item_id + " not found", in);
  auto computed = compute({.user_id = task.user_id, .extra = {}, .as_of = {}}, model);
  if (!computed) return http::problem(503, computed.failure().message, in);
  if (!computed->user->known) return http::problem(404, "User " + task.user_id + " not found", in);
  const auto row = model.row_of(*index);
  // A model that knows neither the item nor the user can name no reason: an empty list, not an error.
  const bool silent = row == no_row || !model.in_model(row) || computed->user->cold;
  http::because_answer answer{.user_id = task.user_id, .item_id = task.item_id, .model_id = model.model_id};
  if (!silent) {
    answer.score = score_of(model.served->scores(), computed->user->asked, row);
    answer.reasons = reasons_for(model, *context_.catalogue, computed->told, row);
  }
  return http::render_because(answer);
}

http::response updater::list_events(const user_events_task& task) const {
  const auto& in = task.call->in();
  const auto unknown = [&] { return http::problem(404, "User " + task.user_id + " not found", in); };
  const auto unreadable = [&](const error& why) { return http::problem(503, why.message, in); };

  const auto index = context_.store->find_user(task.user_id);
  if (!index) return unreadable(index.failure());
  if (!*index) return unknown();
  std::optional<event_cursor> after;
  if (task.asked.before) after = event_cursor{task.asked.before->first, task.asked.before->second};
  // One more than asked for tells whether there is another page.
  auto events = context_.store->events(**index, task.asked.limit + 1, after);
  if (!events) return unreadable(events.failure());
  if (events->empty() && !after) return unknown();
  const bool more = events->size() > task.asked.limit;
  if (more) events->pop_back();
  std::vector<http::listed_event> listed;
  listed.reserve(events->size());
  for (auto& [value, key] : *events) listed.push_back({std::move(value), key});
  return http::render_user_events(task.user_id, listed, more);
}

updater_actor::behavior_type make_updater(updater_actor::stateful_pointer<updater_state> self,
                                          updater_context context) {
  self->state.logic = std::make_unique<updater>(std::move(context));
  return {
      [self](const touched_users_ptr& touched) {
        self->state.logic->refresh(touched->user_ids());
        touched->refreshed();
      },
      [self](recommend_task_ptr& task) {
        auto resolved = self->state.logic->resolve(*task->recommend(), task->model);
        if (!resolved) return task->answer(http::problem(503, resolved.failure().message, task->call->in()));
        task->user = std::move(resolved->user);
        if (task->recommend()->explain) {
          task->told = std::make_shared<const user_interactions>(std::move(resolved->told));
        }
        if (self->state.others) self->send(self->state.others->recommender, std::move(task));
      },
      [self](const because_task_ptr& task) { task->call->answer(self->state.logic->explain(*task)); },
      [self](const user_events_task_ptr& task) { task->call->answer(self->state.logic->list_events(*task)); },
      [self](const erased_users_ptr& erased) {
        self->state.logic->forget(erased->user_ids);
        return true;
      },
      [self](generation_ptr& model) {
        if (self->state.logic->use(std::move(model))) self->send(self, run_atom::value);
      },
      [self](trial_ptr& trial) {
        if (self->state.logic->use(std::move(trial))) self->send(self, run_atom::value);
      },
      [self](run_atom) {
        const auto start = std::chrono::steady_clock::now();
        // It rests as long as it worked: the requests of all users need the cores at the same time.
        if (self->state.logic->refold()) {
          self->delayed_send(self, std::chrono::steady_clock::now() - start, run_atom::value);
        }
      },
      [self](wiring_ptr& others) {
        const auto& all = others->updaters;
        const auto place = std::ranges::find_if(all, [self](const updater_actor& each) {
          return caf::actor_cast<caf::actor_addr>(each) == self->address();
        });
        if (place != all.end()) self->state.logic->own(static_cast<std::size_t>(place - all.begin()), all.size());
        self->state.others = std::move(others);
      },
  };
}

}  // namespace freshet

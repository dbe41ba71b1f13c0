#include "actors/librarian.hpp"

#include <algorithm>
#include <map>

#include "actors/requests/user_standing.hpp"
#include "actors/stored_item.hpp"
#include "io/artifacts/registry.hpp"
#include "io/http/control_api.hpp"
#include "io/http/items_api.hpp"
#include "io/http/problem.hpp"
#include "io/store/event_weights.hpp"
#include "io/store/user_export.hpp"

namespace freshet {
namespace {

constexpr std::size_t top_items_max = 10;

std::vector<std::pair<std::string, std::uint64_t>> events_by_type(const user_history& history,
                                                                  const std::vector<std::string>& names) {
  std::map<std::string, std::uint64_t> counts;
  for (const auto& event : history) {
    const auto number = to_integer(event.type);
    ++counts[number < names.size() ? names[number] : ""];
  }
  std::vector<std::pair<std::string, std::uint64_t>> sorted(counts.begin(), counts.end());
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  return sorted;
}

http::response unreadable(const error& why, const http::request& in) {
  return http::problem(503, why.message, in);
}

}  // namespace

http::response librarian::show_item(const std::string& item_id, const http::request& in) const {
  const auto found = look_up(*context_.store, item_id);
  if (!found) return unreadable(found.failure(), in);
  if (found->what != stored_item::standing::live) return http::item_not_found(item_id, in);
  return http::render_item(found->metadata);
}

bool librarian::is_trained(const std::string& user_id) const {
  const auto* model = model_of(user_id);
  return model != nullptr && model->row_of_user(user_id);
}

http::response librarian::show_user(const std::string& user_id, const http::request& in) const {
  const auto user = context_.store->find_user(user_id);
  if (!user) return unreadable(user.failure(), in);
  auto history = *user ? context_.store->history(**user) : result<user_history>(user_history{});
  if (!history) return unreadable(history.failure(), in);
  if (history->empty() && !is_trained(user_id)) return http::user_not_found(user_id, in);
  const auto state = describe(user_id, *history);
  return state ? http::render_user_state(*state) : unreadable(state.failure(), in);
}

result<http::user_state> librarian::describe(const std::string& user_id, const user_history& history) const {
  const auto* model = model_of(user_id);
  http::user_state state{.user_id = user_id,
                         .events = history.size(),
                         .first_ts = {},
                         .last_ts = {},
                         .items_seen = 0,
                         .event_types = {},
                         .top_items = {},
                         .trained = is_trained(user_id),
                         .trainable = false,
                         // Without a trained model everybody is.
                         .cold = true,
                         .model_id = model != nullptr ? model->model_id : ""};
  if (!history.empty()) {
    // In the order of time.
    state.first_ts = history.front().ts;
    state.last_ts = history.back().ts;
  }
  const auto types = context_.store->event_types();
  state.event_types = events_by_type(history, types);

  std::map<item_index, std::uint64_t> events_of_item;
  for (const auto& event : history) ++events_of_item[event.item];
  state.items_seen = events_of_item.size();
  auto drawn_to = strengths(history, strengths_by_type(context_.events, types));
  state.trainable = state.trained || history.size() >= trainable_from;
  if (model != nullptr && model->trained()) {
    const bool has_vector = state.trained && model->user_factors && model->user_factors->rows() > 0;
    state.cold = standing_of({.events = history.size(),
                              .has_taste = !to_taste(drawn_to, model->row_of_index).empty(),
                              .is_trained = has_vector,
                              .fold_in_from = context_.fallback.fold_in_from})
                     .cold;
  }

  std::stable_sort(drawn_to.begin(), drawn_to.end(),
                   [](const auto& a, const auto& b) { return a.strength > b.strength; });
  drawn_to.resize(std::min(drawn_to.size(), top_items_max));
  for (const auto& [item, strength] : drawn_to) {
    FRESHET_ASSIGN(auto item_id, context_.store->item_id(item));
    state.top_items.push_back({std::move(item_id), events_of_item[item], strength});
  }
  return state;
}

result<std::optional<std::string>> librarian::document_of(const std::string& user_id) const {
  const auto now = context_.time->now_seconds();
  FRESHET_ASSIGN(auto document, freshet::export_user(*context_.store, user_id, now));
  // In the other model there may be a row of the user too.
  if (!document && (is_trained(user_id) || (model_ && model_->row_of_user(user_id))))
    document = empty_export(user_id, now);
  return document;
}

http::response librarian::export_user(const std::string& user_id, const http::request& in) const {
  auto document = document_of(user_id);
  const std::string failure = !document    ? document.failure().message
                              : !*document ? "no data of this user is stored"
                                           : "";
  const auto recorded = context_.audit->record({.action = "DATA_EXPORT", .user_id = user_id, .failure = failure});
  if (!document) return unreadable(document.failure(), in);
  if (!*document) return http::user_not_found(user_id, in);
  if (!recorded) return http::problem(503, "The export could not be recorded, so it is not given out; try again", in);
  return http::render_user_export(std::move(**document), user_id);
}

http::response librarian::list_models(const http::request& in) const {
  const auto known = registry::read(context_.artifacts);
  if (!known) return http::problem(500, known.failure().message, in);
  http::model_list list{.models = {}, .current = known->current() ? known->current()->model_id : "", .serving = {}};
  if (model_) list.serving = model_->model_id;
  for (const auto& each : known->models()) {
    list.models.push_back({.model_id = each.model_id,
                           .model_type = each.model_type,
                           .version = each.version,
                           .status = each.status,
                           .created_at = each.created_at,
                           .metrics = each.metrics,
                           .hyperparameters = each.hyperparameters});
  }
  return http::render_models(list);
}

librarian_actor::behavior_type make_librarian(librarian_actor::stateful_pointer<librarian_state> self,
                                              librarian_context context) {
  self->state.logic = std::make_unique<librarian>(std::move(context));
  return {
      [self](const item_task_ptr& task) {
        task->call->answer(self->state.logic->show_item(task->item_id, task->call->in()));
      },
      [self](const user_task_ptr& task) {
        const auto& in = task->call->in();
        task->call->answer(task->wanted == user_task::question::state
                               ? self->state.logic->show_user(task->user_id, in)
                               : self->state.logic->export_user(task->user_id, in));
      },
      [self](const http::exchange_ptr& call) { call->answer(self->state.logic->list_models(call->in())); },
      [self](generation_ptr& model) { self->state.logic->use(std::move(model)); },
      [self](trial_ptr& trial) { self->state.logic->use(std::move(trial)); },
  };
}

}  // namespace freshet

#include "actors/recommender.hpp"

#include "actors/updater.hpp"
#include "io/http/problem.hpp"

namespace freshet {

recommender::next_step recommender::prepare(recommend_task& task) const {
  if (!task.model) task.model = model_;
  const bool documented_surface = task.similar() || task.recommend()->form != http::surface::v1;
  if (!task.model || (documented_surface && !task.model->trained())) {
    task.answer(http::problem(503, "Service not initialized", task.call->in()));
    return next_step::answered;
  }
  return task.similar() ? prepare_similar(task) : prepare_recommend(task);
}

recommender::next_step recommender::prepare_similar(recommend_task& task) const {
  const auto& asked = *task.similar();
  const auto index = catalogue_->find(asked.item_id);
  if (!index) {
    task.answer(http::problem(404, "Item " + asked.item_id + " not found", task.call->in()));
    return next_step::answered;
  }
  const auto row = task.model->row_of(*index);
  // An item that came after the model was trained has no neighbours yet: an empty list, not an error.
  task.k = row == no_row ? 0 : asked.k;
  task.slices = &task.model->similarity;
  if (row != no_row) {
    task.ranked_by = task.model->served->similar_to(row);
    task.excluded = {row};
  }
  return next_step::rank;
}

recommender::next_step recommender::prepare_recommend(recommend_task& task) const {
  const auto& asked = *task.recommend();
  if (!task.user) {
    if (asked.history.empty()) task.user = table_->find(asked.user_id);
    if (!task.user || task.user->generation != task.model->number) {
      task.user.reset();
      return next_step::resolve_user;
    }
  }
  if (asked.form == http::surface::lite && !task.user->known) {
    task.answer(http::problem(404, "User " + asked.user_id + " not found", task.call->in()));
    return next_step::answered;
  }
  task.k = asked.k;
  task.fallback_method = task.user->fallback_method;
  if (task.fallback_method.empty()) {
    task.slices = &task.model->ranking;
    task.ranked_by = task.user->asked;
  } else {
    task.slices = &task.model->popularity;
    task.ranked_by = constant_query{};
  }
  if (asked.exclude_seen) task.excluded = task.user->seen;
  return next_step::rank;
}

recommender_actor::behavior_type make_recommender(recommender_actor::stateful_pointer<recommender_state> self,
                                                  const item_catalogue* catalogue, const user_query_table* table) {
  self->state.logic = std::make_unique<recommender>(*catalogue, *table);
  return {
      [self](recommend_task_ptr& task) {
        // A task that comes before the wiring dies here, which answers 503.
        const auto& others = self->state.others;
        if (!others) return;
        switch (self->state.logic->prepare(*task)) {
          case recommender::next_step::answered:
            return;
          case recommender::next_step::resolve_user: {
            const auto owner = owner_of(task->recommend()->user_id, others->updaters.size());
            return self->send(others->updaters[owner], std::move(task));
          }
          case recommender::next_step::rank: {
            const auto scorers = others->scorers.size();
            task->parts.resize(scorers);
            task->scorers_left.store(scorers, std::memory_order_relaxed);
            for (const auto& each : others->scorers) self->send(each, task);
          }
        }
      },
      [self](generation_ptr& model) { self->state.logic->use(std::move(model)); },
      [self](wiring_ptr& others) { self->state.others = std::move(others); },
  };
}

}  // namespace freshet

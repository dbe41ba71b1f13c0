#include "actors/recommender.hpp"

#include <algorithm>

#include "actors/updater.hpp"
#include "core/content/content_vectors.hpp"
#include "io/http/problem.hpp"

namespace freshet {
namespace {

/// Of a varied list, unless the list itself is longer: its cost grows with the product of both.
constexpr std::size_t candidates_max = 1000;

void use_strategy(recommend_task& task, const http::strategy_request& asked) {
  if (task.k == 0) return;
  task.reranking = strategy_weights{weights_of(asked.strategy, asked.weights)};
  task.candidates = strategy_candidates(task.k);
}

}  // namespace

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
  task.candidates = task.k;
  task.slices = &task.model->similarity;
  if (asked.strategy) use_strategy(task, *asked.strategy);
  if (row != no_row) {
    task.ranked_by = task.model->served->similar_to(row);
    task.excluded = {row};
  }
  return next_step::rank;
}

recommender::next_step recommender::prepare_recommend(recommend_task& task) const {
  const auto& asked = *task.recommend();
  // Reasons need the interactions themselves, which only the updater reads.
  const bool wants_told = asked.explain && !task.told;
  if (!task.user || wants_told) {
    task.user.reset();
    if (asked.history.empty() && !wants_told) task.user = table_->find(asked.user_id);
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
  task.candidates = asked.k;
  if (asked.exclude_seen) task.excluded = task.user->seen;
  choose_list(task);
  choose_reranking(task);
  return next_step::rank;
}

void recommender::choose_list(recommend_task& task) const {
  const auto& model = *task.model;
  const auto& user = *task.user;
  const bool guide = task.recommend()->form == http::surface::guide;
  if (!user.cold && (user.trainable || !guide)) {
    task.slices = &model.ranking;
    task.ranked_by = user.asked;
    return;
  }
  const auto& fallback = options_.fallback;
  if (fallback.default_strategy == fallback_strategy::hybrid && !model.cold_start.empty()) {
    task.profile = content_profile(model.known.content.view(), user.seen);
  }
  if (task.profile.empty()) {
    task.fallback_method = "popularity";
    task.slices = &model.popularity;
    task.ranked_by = constant_query{};
    return;
  }
  task.fallback_method = "hybrid";
  task.slices = &model.cold_start;
  task.ranked_by = dense_query{
      cold_start_factors(task.profile, {.content = fallback.content_weight, .popularity = fallback.popularity_weight})};
}

void recommender::choose_reranking(recommend_task& task) const {
  const auto& asked = *task.recommend();
  switch (asked.form) {
    case http::surface::lite:
      if (asked.strategy) use_strategy(task, *asked.strategy);
      return;
    case http::surface::guide:
      // Where nothing is known of the user, popularity is all there is to order by.
      if (asked.rerank.value_or(options_.reranking.enabled) && task.fallback_method != "popularity") {
        rerank_hybrid_list(task);
      }
      return;
    case http::surface::v1:
      if (!(asked.diversity > 0)) return;
      task.reranking = mmr_options{.diversity = asked.diversity, .k = task.k};
      task.candidates = std::max(task.k, std::min(task.k * options_.reranking.candidate_multiplier, candidates_max));
      return;
  }
}

void recommender::rerank_hybrid_list(recommend_task& task) const {
  const auto& settings = options_.reranking;
  const auto& asked = *task.recommend();
  const auto& model = *task.model;
  const bool cold = !task.fallback_method.empty();
  const signal_weights& configured = cold ? settings.weights_cold_start : settings.weights_trainable;
  const auto& given = asked.rerank_weights;
  const auto& range = model.metadata.scores;
  task.reranking = rerank_options{.weights = {.cf = cold ? 0 : given.cf.value_or(configured.cf),
                                              .content = given.content.value_or(configured.content),
                                              .popularity = given.popularity.value_or(configured.popularity),
                                              .quality = given.quality.value_or(configured.quality)},
                                  .cf_range = {static_cast<float>(range.p01), static_cast<float>(range.p99)},
                                  .diversity = {.enabled = settings.diversity.enabled,
                                                .penalty = settings.diversity.penalty,
                                                .threshold = settings.diversity.threshold}};
  task.candidates = task.k * settings.candidate_multiplier;
  if (task.profile.empty()) task.profile = content_profile(model.known.content.view(), task.user->seen);
}

recommender_actor::behavior_type make_recommender(recommender_actor::stateful_pointer<recommender_state> self,
                                                  const item_catalogue* catalogue, const user_query_table* table,
                                                  const recommender_options& options) {
  self->state.logic = std::make_unique<recommender>(*catalogue, *table, options);
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

#include "actors/recommender.hpp"

#include <algorithm>

#include "actors/requests/cache_keys.hpp"
#include "actors/updater.hpp"
#include "core/content/content_vectors.hpp"
#include "io/http/problem.hpp"

namespace freshet {
namespace {

/// Of a varied list, unless the list itself is longer: its cost grows with the product of both.
constexpr std::size_t candidates_max = 1000;

/// While more requests than this wait, the pool ranks two of three, beside the thread that reads requests: with fewer,
/// waking another thread costs more than it saves.
constexpr std::size_t waiting_alone_max = 4;

void use_strategy(recommend_task& task, const http::strategy_request& asked) {
  task.reranking = strategy_weights{weights_of(asked.strategy, asked.weights)};
  task.candidates = strategy_candidates(task.k);
}

/// A condition that cannot be evaluated, in the words of the surface that gave it.
http::response refuse_condition(const recommend_task& task, const error& why) {
  const auto& in = task.call->in();
  const auto form = task.similar() ? task.similar()->form : task.recommend()->form;
  if (form == http::surface::guide) {
    return http::validation_problem({{{"body", "filter_params"}, why.message, "value_error"}}, in);
  }
  return http::problem(400, why.message, in);
}

}  // namespace

recommender::next_step recommender::prepare(recommend_task& task) {
  if (!task.model) choose_model(task);
  task.settings_version = settings_version_;
  const auto form = task.similar() ? task.similar()->form : task.recommend()->form;
  if (!task.model || (form != http::surface::v1 && !task.model->trained())) {
    task.answer(http::problem(503, "Service not initialized", task.call->in()));
    return next_step::answered;
  }
  return task.similar() ? prepare_similar(task) : prepare_recommend(task);
}

void recommender::choose_model(recommend_task& task) const {
  task.model = model_;
  if (task.batch) {
    // One answer never mixes two models, whatever was swapped or tried meanwhile.
    if (!task.batch->model) task.batch->model = model_;
    task.model = task.batch->model;
    return;
  }
  const auto* asked = task.recommend();
  if (!trial_ || asked == nullptr || task.quiet) return;
  const bool names_candidate = asked->model == trial_->candidate->model_id;
  if (names_candidate || (asked->model.empty() && serves_canary(trial_.get(), asked->user_id))) {
    task.model = trial_->candidate;
  } else if (trial_->stage == rollout_stage::shadow && !asked->user_id.empty() && takes_part(*trial_, asked->user_id)) {
    task.shadow = trial_;
  }
}

recommender::next_step recommender::prepare_similar(recommend_task& task) {
  const auto& asked = *task.similar();
  const auto index = context_.catalogue->find(asked.item_id);
  if (!index) {
    task.answer(http::problem(404, "Item " + asked.item_id + " not found", task.call->in()));
    return next_step::answered;
  }
  if (find_answer(task)) return next_step::finish;
  const auto row = task.model->row_of(*index);
  if (row == no_row) {
    // An item of which nothing is known yet is like no other: an empty list, not an error, and nothing to rank.
    task.list = &task.model->similarity;
    task.answer_key.clear();
    task.kept_list = std::make_shared<const cached_ranking>();
    return next_step::finish;
  }
  task.k = asked.k;
  task.candidates = task.k;
  choose_similarity(task, row);
  choose_index(task);
  if (asked.strategy) use_strategy(task, *asked.strategy);
  task.excluded = {row};
  if (!choose_rows(task, asked.conditions)) return next_step::answered;
  return find_list(task) ? next_step::finish : next_step::rank;
}

/// By the model, or by content where that was asked for or is all there is: the model knows nothing of an item that
/// came after it.
void recommender::choose_similarity(recommend_task& task, item_row row) const {
  const auto& model = *task.model;
  task.list = &model.similarity;
  const bool by_content = model.content && (!task.similar()->use_cf || !model.in_model(row));
  if (by_content) {
    const auto content = model.known.content.row(to_integer(row));
    task.list = &model.content;
    task.ranked_by = dense_query{{content.begin(), content.end()}};
  } else {
    task.ranked_by = model.served->similar_to(row);
  }
}

void recommender::choose_index(recommend_task& task) {
  const auto form = task.similar() ? task.similar()->form : task.recommend()->form;
  const bool asked = task.similar() ? task.similar()->use_faiss : task.recommend()->use_faiss;
  task.by_index = form == http::surface::lite && asked && task.list->index != nullptr;
}

bool recommender::find_user(recommend_task& task) const {
  const auto& asked = *task.recommend();
  // Reasons need the interactions themselves, which only the updater reads.
  const bool wants_told = asked.explain && !task.told;
  if (task.user && !wants_told) return true;
  task.user.reset();
  if (!wants_told && !task.quiet && asked.history.empty() && !asked.as_of)
    task.user = context_.table->find(asked.user_id);
  if (task.user && task.user->generation == task.model->number) return true;
  task.user.reset();
  if (wants_told || !asked.history.empty() || asked.as_of || context_.store == nullptr) return false;
  if (task.model->row_of_user(asked.user_id) || !context_.store->is_surely_unknown(asked.user_id)) return false;
  task.user = unknown_user(asked.user_id, task.model->number);
  return true;
}

recommender::next_step recommender::prepare_recommend(recommend_task& task) {
  const auto& asked = *task.recommend();
  if (!asked.model.empty() && asked.model != task.model->model_id) {
    const std::string serving = task.model->trained() ? task.model->model_id + " is" : "none is yet";
    task.answer(http::problem(404, "Model " + asked.model + " is not in service; " + serving, task.call->in()));
    return next_step::answered;
  }
  if (!find_user(task)) return next_step::resolve_user;
  if (asked.form == http::surface::lite && !task.user->known) {
    task.answer(http::problem(404, "User " + asked.user_id + " not found", task.call->in()));
    return next_step::answered;
  }
  if (find_answer(task)) return next_step::finish;
  task.skipped = asked.offset;
  task.k = asked.offset + asked.k;
  task.candidates = task.k;
  if (asked.exclude_seen) {
    task.excluded = task.user->seen;
    std::vector<item_row> since;
    for (const auto index : task.user->seen_without_row) {
      if (const auto row = task.model->row_of(index); row != no_row) since.push_back(row);
    }
    exclude(task, std::move(since));
  }
  choose_list(task);
  choose_index(task);
  choose_reranking(task);
  if (!choose_rows(task, asked.conditions)) return next_step::answered;
  return find_list(task) ? next_step::finish : next_step::rank;
}

bool recommender::find_answer(recommend_task& task) const {
  if (!context_.kept || !context_.kept->enabled() || task.quiet) return false;
  task.answer_key = key_of_answer(task, context_.catalogue->version(context_.time->now_seconds()));
  const auto& cache = task.similar() ? task.similar()->cache : task.recommend()->cache;
  if (task.answer_key.empty() || cache.invalidate) return false;
  task.kept_answer = context_.kept->response.find(task.answer_key, std::chrono::steady_clock::now());
  return task.kept_answer != nullptr;
}

bool recommender::find_list(recommend_task& task) const {
  if (!context_.kept || !context_.kept->enabled()) return false;
  task.list_key = key_of_list(task, context_.catalogue->version(context_.time->now_seconds()));
  const auto& cache = task.similar() ? task.similar()->cache : task.recommend()->cache;
  if (!cache.use) task.list_key.clear();
  if (task.list_key.empty() || cache.invalidate || task.quiet) return false;
  auto& lists = task.similar() ? context_.kept->item_similarity : context_.kept->fallback;
  task.kept_list = lists.find(task.list_key, std::chrono::steady_clock::now());
  return task.kept_list != nullptr;
}

std::vector<item_row> recommender::rows_of(const generation& model, std::span<const std::string> item_ids) const {
  std::vector<item_row> rows;
  for (const auto& id : item_ids) {
    const auto index = context_.catalogue->find(id);
    const auto row = index ? model.row_of(*index) : no_row;
    if (row != no_row) rows.push_back(row);
  }
  return rows;
}

void recommender::exclude(recommend_task& task, std::vector<item_row> rows) const {
  if (rows.empty()) return;
  auto& excluded = task.excluded;
  excluded.insert(excluded.end(), rows.begin(), rows.end());
  std::sort(excluded.begin(), excluded.end());
  excluded.erase(std::unique(excluded.begin(), excluded.end()), excluded.end());
}

bool recommender::choose_rows(recommend_task& task, const http::item_conditions& conditions) {
  const auto& model = *task.model;
  const auto now = context_.time->now_seconds();
  const auto shown = eligible_.shown(model, now);
  const auto counted = [&task](const eligible_rows& rows) {
    return rows.count - static_cast<std::size_t>(
                            std::ranges::count_if(task.excluded, [&rows](item_row row) { return rows.contains(row); }));
  };
  const bool tells_counts =
      task.similar() ? http::wants_filter_info(*task.similar()) : http::wants_filter_info(*task.recommend());
  if (tells_counts) task.original_count = counted(shown);
  auto rows = shown;
  if (!conditions.filter.empty()) {
    auto matching = eligible_.matching(model, conditions.filter, now);
    if (!matching) {
      task.answer(refuse_condition(task, matching.failure()));
      return false;
    }
    rows = *std::move(matching);
  }
  if (!conditions.include_items.empty()) {
    rows = intersect(exactly(rows_of(model, conditions.include_items), model.rows()), rows);
  }
  exclude(task, rows_of(model, conditions.exclude_items));
  if (tells_counts) task.filtered_count = counted(rows);
  auto lanes = cut_lanes(task, std::move(rows));
  if (!lanes) {
    task.answer(refuse_condition(task, lanes.failure()));
    return false;
  }
  task.lanes = *std::move(lanes);
  return true;
}

result<std::vector<lane>> recommender::cut_lanes(const recommend_task& task, eligible_rows rows) {
  std::vector<lane> lanes;
  lanes.push_back({std::move(rows), 1});
  if (task.similar()) return lanes;
  const auto& model = *task.model;
  for (const auto& boost : task.recommend()->boosts) {
    FRESHET_ASSIGN(const auto boosted, eligible_.matching(model, boost.filter, context_.time->now_seconds()));
    std::vector<lane> cut;
    for (const auto& each : lanes) {
      lane inside{intersect(each.rows, boosted), each.factor * boost.factor};
      lane outside{subtract(each.rows, boosted, model.rows()), each.factor};
      if (inside.rows.count > 0) cut.push_back(std::move(inside));
      if (outside.rows.count > 0) cut.push_back(std::move(outside));
    }
    // Nothing qualifies: one empty lane, so that there is something to rank.
    if (!cut.empty()) lanes = std::move(cut);
  }
  return lanes;
}

void recommender::choose_list(recommend_task& task) const {
  const auto& model = *task.model;
  const auto& user = *task.user;
  const bool guide = task.recommend()->form == http::surface::guide;
  if (!user.cold && (user.trainable || !guide)) {
    task.list = &model.ranking;
    task.ranked_by = user.asked;
    return;
  }
  const auto& fallback = context_.options.fallback;
  if (fallback.default_strategy == fallback_strategy::hybrid && model.cold_start) {
    task.profile = content_profile(model.known.content, user.seen);
  }
  if (task.profile.empty()) {
    task.fallback_method = "popularity";
    task.list = &model.popularity;
    task.ranked_by = constant_query{};
    return;
  }
  task.fallback_method = "hybrid";
  task.list = &model.cold_start;
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
      if (asked.rerank.value_or(context_.options.reranking.enabled) && task.fallback_method != "popularity") {
        rerank_hybrid_list(task);
      }
      return;
    case http::surface::v1:
      if (!(asked.diversity > 0)) return;
      task.reranking = mmr_options{.diversity = asked.diversity, .k = task.k};
      task.candidates =
          std::max(task.k, std::min(task.k * context_.options.reranking.candidate_multiplier, candidates_max));
      return;
  }
}

void recommender::rerank_hybrid_list(recommend_task& task) const {
  const auto& settings = context_.options.reranking;
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
  if (task.profile.empty()) task.profile = content_profile(model.known.content, task.user->seen);
}

namespace {

std::size_t parts_of(const recommend_task& task) {
  return task.by_index ? 1 : task.list->slices->size();
}

void hand_to_scorers(recommender_actor::stateful_pointer<recommender_state> self, recommend_task_ptr task) {
  auto& state = self->state;
  const auto& scorers = state.others->scorers;
  if (parts_of(*task) > 1) {
    for (const auto& each : scorers) caf::anon_send(each, task);
    return;
  }
  const auto turn = ++state.turn;
  const bool alone = self->mailbox().size() <= waiting_alone_max;
  if (!task->quiet && task->model->rows() <= whole_rows_max && (alone || turn % 3 == 0)) {
    if (state.near->add(std::move(task))) self->send(self, flush_atom::value);
    return;
  }
  // From nobody: the pool's threads take it, beside the one that reads requests. Quiet ones never hold that one up.
  caf::anon_send(scorers[turn / 2 % scorers.size()], std::move(task));
}

}  // namespace

recommender_actor::behavior_type make_recommender(recommender_actor::stateful_pointer<recommender_state> self,
                                                  const recommender_context& context, const finisher& finish) {
  self->state.logic = std::make_unique<recommender>(context);
  self->state.near = std::make_unique<scorer>(0, finish);
  return {
      [self, finish](recommend_task_ptr& task) {
        // A task that comes before the wiring dies here, which answers 503.
        const auto& others = self->state.others;
        if (!others) return;
        const auto next = self->state.logic->prepare(*task);
        if (task->shadow && !task->ask) {
          // From nobody: a shadow is ranked by the pool, behind what users wait for.
          task->ask = [to = recommender_actor(self)](recommend_task_ptr more) { caf::anon_send(to, std::move(more)); };
        }
        switch (next) {
          case recommender::next_step::answered:
            return;
          case recommender::next_step::finish:
            return finish(*task);
          case recommender::next_step::resolve_user: {
            const auto owner = owner_of(task->recommend()->user_id, others->updaters.size());
            return self->send(others->updaters[owner], std::move(task));
          }
          case recommender::next_step::rank: {
            task->parts.resize(parts_of(*task) * task->lanes.size());
            task->scorers_left.store(parts_of(*task), std::memory_order_relaxed);
            return hand_to_scorers(self, std::move(task));
          }
        }
      },
      [self](flush_atom) {
        if (self->state.near->flush()) self->send(self, flush_atom::value);
      },
      [self](const options_ptr& changed) {
        self->state.logic->configure({.reranking = changed->reranking, .fallback = changed->fallback});
      },
      [self](generation_ptr& model) { self->state.logic->use(std::move(model)); },
      [self](trial_ptr& trial) { self->state.logic->use(std::move(trial)); },
      [self](wiring_ptr& others) { self->state.others = std::move(others); },
  };
}

}  // namespace freshet

// What: the actor that turns a request into a ranking task: which query, over which rows, without which.
// Why:  it reads the snapshots that updaters publish and asks nobody when a user is warm, nor when nobody knows the
//       user, as most are before their first event.
#pragma once

#include <memory>

#include "actors/generation/eligibility.hpp"
#include "actors/interfaces.hpp"
#include "actors/requests/finish.hpp"
#include "actors/scorer.hpp"
#include "config/options.hpp"
#include "core/base/clock.hpp"

namespace freshet {

struct recommender_options {
  reranking_options reranking;
  fallback_options fallback;
};

struct recommender_context {
  /// Null = nothing is kept.
  caches* kept = nullptr;
  const item_catalogue* catalogue = nullptr;
  const user_query_table* table = nullptr;
  /// Null = an updater is asked for everybody whom the table does not know.
  const event_store* store = nullptr;
  const clock* time = nullptr;
  recommender_options options;
};

class recommender {
 public:
  explicit recommender(const recommender_context& context) : context_(context), eligible_(*context.catalogue) {}

  void use(generation_ptr model) { model_ = std::move(model); }
  /// Null = there is none.
  void use(trial_ptr trial) { trial_ = std::move(trial); }
  /// What was kept under other settings is not found any more.
  void configure(const recommender_options& changed) {
    context_.options = changed;
    ++settings_version_;
  }

  enum class next_step { rank, resolve_user, finish, answered };
  /// Prepares the task for the scorers, or finds that an updater must compute the user's query first, or that all was
  /// kept from earlier and only needs to be finished, or answers.
  next_step prepare(recommend_task& task);

 private:
  next_step prepare_similar(recommend_task& task);
  /// Whether the task has its whole answer, or its list, from earlier.
  bool find_answer(recommend_task& task) const;
  bool find_list(recommend_task& task) const;
  next_step prepare_recommend(recommend_task& task);
  /// The snapshot that the task's query is made from; false when an updater must make it.
  bool find_user(recommend_task& task) const;
  void choose_list(recommend_task& task) const;
  void choose_reranking(recommend_task& task) const;
  void rerank_hybrid_list(recommend_task& task) const;
  void choose_similarity(recommend_task& task, item_row row) const;
  static void choose_index(recommend_task& task);
  /// Which rows may be returned, in one lane or, with boosts, several. False when a condition was refused.
  bool choose_rows(recommend_task& task, const http::item_conditions& conditions);
  result<std::vector<lane>> cut_lanes(const recommend_task& task, eligible_rows rows);
  std::vector<item_row> rows_of(const generation& model, std::span<const std::string> item_ids) const;
  void exclude(recommend_task& task, std::vector<item_row> rows) const;

  recommender_context context_;
  eligibility eligible_;
  /// Which model a request is answered with, and whether a shadow ranks it too.
  void choose_model(recommend_task& task) const;

  generation_ptr model_;
  trial_ptr trial_;
  std::uint64_t settings_version_ = 0;
};

struct recommender_state {
  static inline const char* name = "recommender";
  std::unique_ptr<recommender> logic;
  wiring_ptr others;
  /// Ranks small catalogues on the thread that has the requests: handing them over would cost more.
  std::unique_ptr<scorer> near;
  /// Counts requests of which one scorer ranks each: they go round.
  std::size_t turn = 0;
};
recommender_actor::behavior_type make_recommender(recommender_actor::stateful_pointer<recommender_state> self,
                                                  const recommender_context& context, const finisher& finish);

}  // namespace freshet

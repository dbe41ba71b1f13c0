// What: the actor that turns a request into a ranking task: which query, over which rows, without which.
// Why:  it reads the snapshots that updaters publish and asks nobody when a user is warm.
#pragma once

#include <memory>

#include "actors/interfaces.hpp"
#include "config/options.hpp"

namespace freshet {

struct recommender_options {
  reranking_options reranking;
  fallback_options fallback;
};

class recommender {
 public:
  recommender(const item_catalogue& catalogue, const user_query_table& table, const recommender_options& options)
      : catalogue_(&catalogue), table_(&table), options_(options) {}

  void use(generation_ptr model) { model_ = std::move(model); }

  enum class next_step { rank, resolve_user, answered };
  /// Prepares the task for the scorers, or finds that an updater must compute the user's query first, or answers.
  next_step prepare(recommend_task& task) const;

 private:
  next_step prepare_similar(recommend_task& task) const;
  next_step prepare_recommend(recommend_task& task) const;
  void choose_list(recommend_task& task) const;
  void choose_reranking(recommend_task& task) const;
  void rerank_hybrid_list(recommend_task& task) const;

  const item_catalogue* catalogue_;
  const user_query_table* table_;
  recommender_options options_;
  generation_ptr model_;
};

struct recommender_state {
  static inline const char* name = "recommender";
  std::unique_ptr<recommender> logic;
  wiring_ptr others;
};
recommender_actor::behavior_type make_recommender(recommender_actor::stateful_pointer<recommender_state> self,
                                                  const item_catalogue* catalogue, const user_query_table* table,
                                                  const recommender_options& options);

}  // namespace freshet

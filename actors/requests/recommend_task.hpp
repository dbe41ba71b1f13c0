// What:    one recommendation request on its way: the token that travels recommender -> (updater) -> scorers.
// Why:     a request is one message handed on, not a tree of request/response pairs: fewer hops, no timers.
// Lanes:   boosts cut the rows that may be returned into lanes with one factor each; the best of a lane are the best of
//          it whatever the factor, so that merging the lanes' lists is exact.
// Promise: a task that dies unanswered (an actor crashed, a mailbox was closed) answers 503 from its destructor.
// Threads: one actor owns it at a time; while it is with the scorers each writes only its own part of `parts`, and the
//          one that finds `scorers_left` at 1 is the last and finishes it.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <variant>
#include <vector>

#include "actors/generation/eligibility.hpp"
#include "actors/generation/generation.hpp"
#include "actors/generation/model_trial.hpp"
#include "actors/requests/batch_answer.hpp"
#include "actors/requests/caches.hpp"
#include "actors/requests/user_query.hpp"
#include "core/ranking/reranking/hybrid_reranker.hpp"
#include "core/ranking/reranking/maximal_marginal_relevance.hpp"
#include "core/ranking/reranking/strategy_reranker.hpp"
#include "io/http/message.hpp"
#include "io/http/recommendation_api.hpp"

namespace freshet {

/// Weights of a strategy, after weights_of.
struct strategy_weights {
  component_values components;
};

/// Rows whose scores are multiplied by one factor (negative ones divided by it).
struct lane {
  eligible_rows rows;
  float factor = 1;
};

/// A list as it was shown, for a shadow to be compared with.
struct shown_list {
  std::vector<item_index> items;
  double mean_score = 0;
};

struct recommend_task {
  using request = std::variant<http::recommend_query, http::similar_query>;

  recommend_task(http::exchange_ptr call_, request asked_) : call(std::move(call_)), asked(std::move(asked_)) {}
  /// The part of one user in the answer to a batch.
  recommend_task(std::shared_ptr<batch_answer> batch_, std::size_t place)
      : call(batch_->call()), asked(batch_->asked().users[place]), batch(std::move(batch_)), place_in_batch(place) {}
  recommend_task(const recommend_task&) = delete;
  recommend_task& operator=(const recommend_task&) = delete;
  ~recommend_task();

  const http::recommend_query* recommend() const { return std::get_if<http::recommend_query>(&asked); }
  const http::similar_query* similar() const { return std::get_if<http::similar_query>(&asked); }

  /// Of a part of a batch: refuses the whole.
  void answer(http::response out);
  /// Of a part of a batch, as append_batch_entry wrote it.
  void answer_in_batch(std::string body);
  bool answered() const { return !call; }

  http::exchange_ptr call;
  request asked;
  /// Where this is one of many.
  std::shared_ptr<batch_answer> batch;
  std::size_t place_in_batch = 0;
  /// Asked by the service itself: computed in any case, not counted, not logged, and no answer is kept.
  bool quiet = false;
  /// Of the settings that the list is made with.
  std::uint64_t settings_version = 0;
  generation_ptr model;
  user_query_ptr user;

  /// What the scorers rank: which list, with which query, which rows of it and without which.
  const catalogue_list* list = nullptr;
  query ranked_by;
  /// Whether one scorer asks the list's index instead of all scanning it.
  bool by_index = false;
  std::vector<lane> lanes;
  std::vector<item_row> excluded;
  /// Length of the list, how many candidates it is chosen from, and how many of its best are passed over.
  std::size_t k = 0;
  std::size_t candidates = 0;
  std::size_t skipped = 0;
  std::string fallback_method;
  /// Items that qualified before and after the conditions of the request, where the answer tells.
  std::size_t original_count = 0;
  std::size_t filtered_count = 0;

  /// Where the answer and the list are kept when they are ready; empty = they are not.
  std::string answer_key;
  std::string list_key;
  /// The answer as it was kept, or the list; then the scorers are not asked.
  std::shared_ptr<const cached_response> kept_answer;
  std::shared_ptr<const cached_ranking> kept_list;

  /// A trial that ranks the same in shadow, once this is answered, and how it is asked to.
  trial_ptr shadow;
  std::function<void(std::shared_ptr<recommend_task>)> ask;
  /// Of the shadow's own task: what was shown.
  std::shared_ptr<const shown_list> compared_with;

  /// What becomes of the candidates; nothing = the k best as they are.
  std::variant<std::monostate, rerank_options, strategy_weights, mmr_options> reranking;
  /// The user's content, where the list or its reranking asks for it.
  std::vector<float> profile;
  /// What the user did, where the request asks for reasons.
  std::shared_ptr<const user_interactions> told;

  /// By slice, then by lane; by an index only by lane.
  std::vector<std::vector<scored_row>> parts;
  std::atomic<std::size_t> scorers_left{0};

 private:
  /// Counts for the model that answers.
  void record(bool failed) const;
};
using recommend_task_ptr = std::shared_ptr<recommend_task>;

}  // namespace freshet

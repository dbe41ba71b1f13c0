// What:    one recommendation request on its way: the token that travels recommender -> (updater) -> scorers.
// Why:     a request is one message handed on, not a tree of request/response pairs: fewer hops, no timers.
// Promise: a task that dies unanswered (an actor crashed, a mailbox was closed) answers 503 from its destructor.
// Threads: one actor owns it at a time; while it is with the scorers each writes only its own part of `parts`, and the
//          one that finds `scorers_left` at 1 is the last and finishes it.
#pragma once

#include <atomic>
#include <memory>
#include <variant>
#include <vector>

#include "actors/generation.hpp"
#include "actors/user_query.hpp"
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

struct recommend_task {
  using request = std::variant<http::recommend_query, http::similar_query>;

  recommend_task(http::exchange_ptr call_, request asked_) : call(std::move(call_)), asked(std::move(asked_)) {}
  recommend_task(const recommend_task&) = delete;
  recommend_task& operator=(const recommend_task&) = delete;
  ~recommend_task();

  const http::recommend_query* recommend() const { return std::get_if<http::recommend_query>(&asked); }
  const http::similar_query* similar() const { return std::get_if<http::similar_query>(&asked); }

  void answer(http::response out);
  bool answered() const { return !call; }

  http::exchange_ptr call;
  request asked;
  generation_ptr model;
  user_query_ptr user;

  /// What the scorers rank: which catalogue, with which query, without which rows.
  const sliced_catalogue* slices = nullptr;
  query ranked_by;
  /// Length of the answer, and how many candidates it is chosen from.
  std::size_t k = 0;
  std::size_t candidates = 0;
  std::vector<item_row> excluded;
  std::string fallback_method;

  /// What becomes of the candidates; nothing = the k best as they are.
  std::variant<std::monostate, rerank_options, strategy_weights, mmr_options> reranking;
  /// The user's content, where the list or its reranking asks for it.
  std::vector<float> profile;
  /// What the user did, where the request asks for reasons.
  std::shared_ptr<const user_interactions> told;

  std::vector<std::vector<scored_row>> parts;  // by slice
  std::atomic<std::size_t> scorers_left{0};
};
using recommend_task_ptr = std::shared_ptr<recommend_task>;

}  // namespace freshet

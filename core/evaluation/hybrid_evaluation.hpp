// What:   how well a model alone and its lists after hybrid reranking name what users did, on the same cases.
// Why:    reranking must not cost quality: its NDCG@10 is to stay within 3 % of the model's own.
// How:    for a list of k the best candidate_multiplier x k of the model are reranked, as the service does it.
// Same:   the same model and cases give the same report, whatever the number of threads.
// Cost:   an evaluation with lists of candidate_multiplier x the largest k, and a reranking of each for each length.
#pragma once

#include <cstdint>
#include <vector>

#include "core/evaluation/evaluate.hpp"
#include "core/ranking/reranking/hybrid_reranker.hpp"

namespace freshet {

struct hybrid_evaluation_options {
  std::vector<std::size_t> topk{5, 10, 20};
  std::size_t candidate_multiplier = 5;
  rerank_options rerank;
  /// 0 = as many as the machine has.
  std::uint32_t threads = 0;
};

struct hybrid_length {
  std::size_t k{};
  ranking_metrics model_alone;
  ranking_metrics reranked;
};

/// One for each of `topk`, means over the cases. `known` has the model's rows.
[[nodiscard]] std::vector<hybrid_length> evaluate_hybrid(const model& evaluated, const evaluation_cases& cases,
                                                         const item_signals& known,
                                                         const hybrid_evaluation_options& options);

}  // namespace freshet

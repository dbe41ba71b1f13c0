// What:    what becomes of the merged candidates of a request: their new order, cut to the answer's length, and what
//          the answer says about it: signals, explanations, reasons.
// Threads: runs on the scorer that found itself last; reads what nobody changes.
// Cost:    nothing for a request that asks for no reranking and no reasons.
#pragma once

#include <vector>

#include "actors/generation/item_catalogue.hpp"
#include "actors/requests/recommend_task.hpp"

namespace freshet {

/// Items of an answer that get reasons: a reason may cost a fold-in for each item of the history.
inline constexpr std::size_t explained_items_max = 20;

/// Puts `best`, task.candidates rows of the model in the order of their scores, into the order of the answer; the
/// signals and explanations of `out` become as long as `best` where the request asked for them.
void rerank(const recommend_task& task, const item_catalogue& catalogue, std::vector<scored_row>& best,
            http::recommendation& out);

/// What led to `item`, the strongest first.
[[nodiscard]] std::vector<http::reason> reasons_for(const generation& model, const item_catalogue& catalogue,
                                                    const user_interactions& told, item_row item);

}  // namespace freshet

// What: the names of the lite surface's reranking strategies.
#pragma once

#include <array>
#include <string_view>
#include <utility>

#include "core/ranking/reranking/strategy_reranker.hpp"

namespace freshet::http {

inline constexpr std::array<std::pair<std::string_view, rerank_strategy>, 4> lite_strategies{
    {{"hybrid", rerank_strategy::hybrid},
     {"diversity", rerank_strategy::diversity},
     {"novelty", rerank_strategy::novelty},
     {"popularity", rerank_strategy::popularity}}};

}  // namespace freshet::http

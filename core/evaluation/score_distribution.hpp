// What:   the distribution of a model's scores over users and items.
// Why:    reranking compares a model's scores with other signals and needs to know what is low and high for this model.
// Same:   a sample drawn by the seed, at most 1,000 users and a million scores.
#pragma once

#include <cstdint>

#include "core/data/training_data.hpp"
#include "core/models/model.hpp"

namespace freshet {

struct score_distribution {
  double min{}, max{}, mean{}, std{}, p01{}, p99{};
};

/// All 0 when there is no user or no item.
[[nodiscard]] score_distribution sample_scores(const model& scored, const training_data& data, std::uint64_t seed);

}  // namespace freshet

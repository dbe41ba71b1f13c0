// What:   a part of the users loses the last item, so that a model in training can be asked for it.
// Why:    early stopping and a search over parameters need a measure of their own; what the test asks for must not
//         choose the model.
// Rule:   as temporal leave-one-out (core/data/split.hpp): the item of the last event leaves with all its events. Where
//         the order is not known, an item drawn by the seed leaves. Users with one item stay whole.
// Memory: a second copy of the data; features and embeddings are shared.
#pragma once

#include <cstdint>
#include <memory>

#include "core/data/training_data.hpp"
#include "core/evaluation/cases.hpp"

namespace freshet {

struct validation_options {
  /// Drawn by the seed.
  std::size_t users_max = 10'000;
  std::uint64_t seed = 42;
};

struct validation_split {
  std::shared_ptr<const training_data> rest;
  evaluation_cases cases;
};

[[nodiscard]] validation_split split_for_validation(const training_data& data, const validation_options& options);

}  // namespace freshet

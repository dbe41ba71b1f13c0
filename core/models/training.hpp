// What:    what every trainer is told besides its parameters, what it reports on the way, and what it returns.
// Why:     progress lines, checkpoints, learning curves, early stopping and the pruning of hopeless trials are all the
//          same question after an iteration: how good is what there is now, and shall it go on?
// Threads: the callback runs on the thread that called the trainer.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/linalg/matrix_view.hpp"
#include "core/models/model.hpp"
#include "core/models/parameters.hpp"

namespace freshet {

struct trained_part;

struct trained_model {
  std::shared_ptr<const model> served;
  /// [users x f]; empty for families without.
  matrix<float> user_factors{};
  /// Objective after each iteration; empty for families without.
  std::vector<double> loss{};
  /// What a blend was made of; empty for other families.
  std::vector<trained_part> parts;
};

struct trained_part {
  std::string family;
  parameters completed;
  trained_model trained;
  /// Standard deviation of its scores.
  double score_std = 1;
};

struct training_progress {
  /// Iterations done, of how many.
  std::uint32_t step{};
  std::uint32_t steps{};
  /// Value of the objective; lower is better.
  double loss{};
  /// The model as it is now, complete. Valid during the callback only. Cost: a copy of the parameters.
  std::function<trained_model()> snapshot;
};

/// Factors to begin with, from a model trained before, by the rows of the data at hand.
struct warm_start {
  matrix<float> items{};
  matrix<float> users{};
  /// By item; empty = none.
  std::vector<float> item_bias{};
  /// Whose row it knows; the others begin at random.
  std::vector<bool> knows_item{};
  std::vector<bool> knows_user{};
};

struct training_context {
  std::uint64_t seed = 42;
  /// 0 = as many as the machine has.
  std::uint32_t threads = 0;
  /// Called after every iteration; false stops the training, which returns what it has reached.
  std::function<bool(const training_progress&)> progress;
  /// Null = at random. Of the number of factors that is trained; families that cannot ignore it.
  const warm_start* from = nullptr;
};

}  // namespace freshet

// What:    what every trainer is told besides its parameters: seed, threads, and whom to tell how it goes.
// Threads: the callback runs on the thread that called the trainer.
#pragma once

#include <cstdint>
#include <functional>

namespace freshet {

struct training_progress {
  /// Iterations done, of how many.
  std::uint32_t step{};
  std::uint32_t steps{};
  /// Value of the objective; lower is better.
  double loss{};
};

struct training_context {
  std::uint64_t seed = 42;
  /// 0 = as many as the machine has.
  std::uint32_t threads = 0;
  /// Called after every iteration; false stops the training, which returns what it has reached.
  std::function<bool(const training_progress&)> progress;
};

}  // namespace freshet

// What:    a search over parameters: proposes, tries, keeps, as often as it is told to.
// Resume:  trials that the store holds already count; the next one is what it would have been without the interruption.
//          A trial that was interrupted is not kept, so it is tried again.
// Errors:  those of the store. A trial that fails is kept as failed, and the search goes on.
// Threads: one trial at a time; each uses all threads it wants.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "core/base/result.hpp"
#include "core/evaluation/search/median_pruner.hpp"
#include "core/evaluation/search/parzen_sampler.hpp"
#include "core/evaluation/search/search_space.hpp"
#include "core/evaluation/search/trial.hpp"

namespace freshet {

struct search_options {
  /// In all, those in the store included.
  std::uint64_t trials = 20;
  std::uint64_t seed = 42;
  parzen_options sampler;
  median_pruner pruner;
};

/// What a running trial is told and asked: the value after a step of so many; false = give up.
using trial_report = std::function<bool(const trial_measurement& now, std::uint32_t steps)>;

/// Tries parameters and returns their value; higher is better.
///   nothing  the search is interrupted; nothing is kept of this trial
///   error    the trial failed; its sentence is kept
using trial_objective =
    std::function<std::optional<result<double>>(const parameters& tried, const trial_report& report)>;

/// Ends when all trials are there or one was interrupted.
[[nodiscard]] status search(const search_space& space, const search_options& options, trial_store& store,
                            const trial_objective& objective);

}  // namespace freshet

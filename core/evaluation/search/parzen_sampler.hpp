// What:   proposes the parameters of the next trial: a tree-structured Parzen estimator.
// How:    the best trials so far make a density l, the others a density g; of points drawn from l the one with the
//         largest l / g is tried. A density is a mixture with one component for each trial, a product over all
//         parameters (so that it knows which values go well together), and one that is uniform. The component of a
//         trial is, for a number, a normal distribution around its position, cut at the bounds; for a choice, the
//         choice itself with a share left to the others. The first trials are drawn from the whole space.
// Same:   a pure function of seed, number and the trials before it: a search that was interrupted goes on as if it had
//         not been.
// Again:  a point that was tried before is not proposed while another can be found.
// Source: Bergstra, Bardenet, Bengio, Kegl, "Algorithms for hyper-parameter optimization", 2011, section 4;
//         bandwidths by Scott's rule as in Falkner, Klein, Hutter, "BOHB", 2018.
// Cost:   candidates x trials x parameters.
#pragma once

#include <cstdint>
#include <span>

#include "core/evaluation/search/search_space.hpp"
#include "core/evaluation/search/trial.hpp"

namespace freshet {

struct parzen_options {
  /// Drawn from the whole space before the densities are used.
  std::size_t startup_trials = 10;
  /// Share of the trials that counts as good.
  double good_share = 0.15;
  std::size_t candidates = 24;
};

/// Parameters of trial `number`, given those before it. The space is not empty.
[[nodiscard]] parameters propose(const search_space& space, std::span<const trial> before, std::uint64_t seed,
                                 const parzen_options& options = {});

}  // namespace freshet

#include "core/models/pairwise/negative_sampler.hpp"

#include <algorithm>
#include <numeric>

#include "core/base/check.hpp"

namespace freshet {

negative_sampler::negative_sampler(std::span<const double> weights) : rows_(weights.size()) {
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  FRESHET_CHECK(sum > 0, "some weight is above 0");
  std::vector<double> share(weights.size());
  std::vector<std::uint32_t> small, large;
  for (std::uint32_t i = 0; i < weights.size(); ++i) {
    share[i] = weights[i] / sum * static_cast<double>(weights.size());
    (share[i] < 1 ? small : large).push_back(i);
  }
  constexpr double whole = 4294967296.0;
  while (!small.empty() && !large.empty()) {
    const std::uint32_t poor = small.back();
    const std::uint32_t rich = large.back();
    small.pop_back();
    rows_[poor] = {static_cast<std::uint32_t>(std::min(share[poor] * whole, whole - 1)), rich};
    share[rich] -= 1 - share[poor];
    if (share[rich] >= 1) continue;
    large.pop_back();
    small.push_back(rich);
  }
  // What rounding left over is whole.
  for (const auto* rest : {&small, &large}) {
    for (const std::uint32_t i : *rest) rows_[i] = {UINT32_MAX, i};
  }
}

}  // namespace freshet

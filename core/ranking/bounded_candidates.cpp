#include "core/ranking/bounded_candidates.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/check.hpp"

namespace freshet {
namespace {

constexpr std::size_t slack = 64;
constexpr float infinity = std::numeric_limits<float>::infinity();

}  // namespace

void bounded_candidates::start(std::size_t k, float margin) {
  FRESHET_CHECK(k > 0 && margin >= 0);
  kept_.clear();
  k_ = k;
  margin_ = margin;
  threshold_ = -infinity;
  size_to_prune_ = 2 * k + slack;
}

const std::vector<bounded_candidates::candidate>& bounded_candidates::remaining() {
  prune();
  return kept_;
}

void bounded_candidates::prune() {
  if (kept_.size() > k_) {
    lower_bounds_.clear();
    for (const candidate& each : kept_) lower_bounds_.push_back(each.lower);
    const auto kth = lower_bounds_.begin() + static_cast<std::ptrdiff_t>(k_ - 1);
    std::nth_element(lower_bounds_.begin(), kth, lower_bounds_.end(), std::greater<>());
    // The score behind the bound may be `margin` lower, that of the row which is compared `margin` higher.
    const float bar = margin_ == 0 ? *kth : std::nextafter(*kth - 2 * margin_, -infinity);
    threshold_ = std::max(threshold_, bar);
    std::erase_if(kept_, [this](const candidate& each) { return each.upper < threshold_; });
  }
  // Twice what is left, so that pruning costs a constant a row even if nothing can be dropped.
  size_to_prune_ = 2 * std::max(k_, kept_.size()) + slack;
}

}  // namespace freshet

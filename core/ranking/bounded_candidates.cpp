#include "core/ranking/bounded_candidates.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "core/base/check.hpp"
#include "core/ranking/heap.hpp"

namespace freshet {
namespace {

constexpr std::size_t slack = 64;
constexpr float infinity = std::numeric_limits<float>::infinity();

}  // namespace

void bounded_candidates::start(std::size_t k, float margin) {
  FRESHET_CHECK(k > 0 && margin >= 0);
  kept_.clear();
  lower_bounds_.clear();
  k_ = k;
  margin_ = margin;
  threshold_ = -infinity;
  size_to_prune_ = 2 * k + slack;
}

const std::vector<bounded_candidates::candidate>& bounded_candidates::remaining() {
  prune();
  return kept_;
}

void bounded_candidates::raise(float lower) {
  if (lower_bounds_.size() == k_) {
    replace_front(lower_bounds_, lower, std::greater<>());
  } else {
    lower_bounds_.push_back(lower);
    std::ranges::push_heap(lower_bounds_, std::greater<>());
    if (lower_bounds_.size() < k_) return;
  }
  // The score behind the bound may be `margin` lower, that of the row which is compared `margin` higher.
  const float kth = lower_bounds_.front();
  threshold_ = margin_ == 0 ? kth : std::nextafter(kth - 2 * margin_, -infinity);
}

void bounded_candidates::prune() {
  std::erase_if(kept_, [this](const candidate& each) { return each.upper < threshold_; });
  // Twice what is left, so that pruning costs a constant a row even if nothing can be dropped.
  size_to_prune_ = 2 * std::max(k_, kept_.size()) + slack;
}

}  // namespace freshet

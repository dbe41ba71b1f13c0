// What: candidates that are placed one after the other, each with its largest cosine to those placed so far.
// Cost: place: a product with every candidate that is left.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include "core/linalg/kernels.hpp"
#include "core/linalg/matrix_view.hpp"
#include "core/ranking/top_k.hpp"

namespace freshet {

/// (x - min) / (max - min); .5 where all are equal. What is no number, or infinite, becomes 0.
inline void scale_to_unit_range(std::span<float> values) {
  float low = std::numeric_limits<float>::infinity();
  float high = -low;
  for (const float value : values) {
    if (!std::isfinite(value)) continue;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  for (auto& value : values) {
    if (!std::isfinite(value)) {
      value = 0;
    } else {
      value = high > low ? (value - low) / (high - low) : .5F;
    }
  }
}

class greedy_placement {
 public:
  /// `likeness` has a row for every row of the catalogue, of length 1 or 0; without columns nothing is alike.
  greedy_placement(std::span<const scored_row> candidates, matrix_view<const float> likeness)
      : candidates_(candidates), likeness_(likeness), most_alike_(candidates.size(), 0), placed_(candidates.size()) {}

  /// 0 before anything is placed.
  float most_alike(std::size_t candidate) const { return most_alike_[candidate]; }

  /// The candidate left with the largest value; ties go to the one that ranks before.
  template <class Value>
  std::size_t best(Value value_of) const {
    std::size_t best = candidates_.size();
    float best_value = 0;
    for (std::size_t i = 0; i < candidates_.size(); ++i) {
      if (placed_[i]) continue;
      const float value = value_of(i);
      if (best == candidates_.size() || value > best_value ||
          (value == best_value && ranks_before(candidates_[i], candidates_[best]))) {
        best = i;
        best_value = value;
      }
    }
    return best;
  }

  void place(std::size_t candidate) {
    placed_[candidate] = true;
    if (likeness_.columns() == 0) return;
    const auto content = likeness_.row(to_integer(candidates_[candidate].row));
    for (std::size_t i = 0; i < candidates_.size(); ++i) {
      if (placed_[i]) continue;
      const auto other = likeness_.row(to_integer(candidates_[i].row));
      const float cosine = best_kernels().dot(content.data(), other.data(), other.size());
      most_alike_[i] = any_placed_ ? std::max(most_alike_[i], cosine) : cosine;
    }
    any_placed_ = true;
  }

 private:
  std::span<const scored_row> candidates_;
  matrix_view<const float> likeness_;
  std::vector<float> most_alike_;
  std::vector<bool> placed_;
  bool any_placed_ = false;
};

}  // namespace freshet

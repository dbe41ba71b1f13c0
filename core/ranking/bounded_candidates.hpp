// What:   the rows that may still be among the k best of a query, given a lower and an upper bound for each score.
// Why:    only these are scored exactly. k rows score at least the k-th best lower bound, so a row whose upper bound
//         stays under it is out; a row that could tie is kept.
// Cost:   O(log k) a row that is added and is among the k best so far, a few comparisons any other, amortised.
#pragma once

#include <cstddef>
#include <vector>

#include "core/base/strong_id.hpp"

namespace freshet {

class bounded_candidates {
 public:
  struct candidate {
    item_row row{};
    float lower{};
    float upper{};
  };

  /// Starts over for a query with k > 0. `margin` >= 0: a score may lie this much outside its bounds.
  void start(std::size_t k, float margin);

  /// Rows with an upper bound below this need not be added. Rises with `add`.
  float threshold() const { return threshold_; }

  void add(const candidate& row) {
    kept_.push_back(row);
    if (lower_bounds_.size() < k_ || row.lower > lower_bounds_.front()) raise(row.lower);
  }

  /// To be called now and then between rows; drops what the threshold has overtaken when enough rows were added.
  void prune_when_full() {
    if (kept_.size() >= size_to_prune_) prune();
  }

  /// What may still be among the k best, in the order in which it was added.
  const std::vector<candidate>& remaining();

 private:
  void raise(float lower);
  void prune();

  std::vector<candidate> kept_;
  /// The k best so far, the worst in front.
  std::vector<float> lower_bounds_;
  std::size_t k_ = 0;
  std::size_t size_to_prune_ = 0;
  float margin_ = 0;
  float threshold_ = 0;
};

}  // namespace freshet

// What:   the k best of a stream of scored rows, and of several such lists.
// Order:  score descending, then row ascending; a NaN score counts as -infinity. Total, so the k best are one list
//         whatever order, slicing or batching they were found in.
// Limits: k = 0 keeps nothing.
// Cost:   O(log k) an accepted row, one comparison a refused one.
#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include "core/base/strong_id.hpp"

namespace freshet {

struct scored_row {
  item_row row{};
  float score{};

  friend bool operator==(const scored_row&, const scored_row&) = default;
};

/// Whether `a` stands in front of `b`.
[[nodiscard]] inline bool ranks_before(const scored_row& a, const scored_row& b) {
  return a.score > b.score || (a.score == b.score && a.row < b.row);
}

/// Keeps the k best of what is offered in a vector of the caller's, so that its memory is reused.
class top_k {
 public:
  /// Empties `kept`, which must outlive this object. `offers_max` bounds the memory when k is larger than the
  /// catalogue.
  top_k(std::vector<scored_row>& kept, std::size_t k, std::size_t offers_max);

  bool full() const { return kept_->size() == k_; }

  /// A score that is not above this changes nothing, if rows are offered in ascending order and the list is full.
  float threshold() const { return k_ == 0 ? std::numeric_limits<float>::infinity() : kept_->front().score; }

  void offer(item_row row, float score) {
    const scored_row candidate{row, score == score ? score : -std::numeric_limits<float>::infinity()};
    if (!full()) {
      grow(candidate);
    } else if (k_ > 0 && ranks_before(candidate, kept_->front())) {
      replace_worst(candidate);
    }
  }

  /// Sorts what was kept, best first. Nothing may be offered afterwards.
  void finish();

 private:
  void grow(const scored_row& candidate);
  void replace_worst(const scored_row& candidate);

  // A heap with the worst in front.
  std::vector<scored_row>* kept_;
  std::size_t k_;
};

/// Cuts `rows`, in any order, to its k best, best first.
void keep_best(std::vector<scored_row>& rows, std::size_t k);

/// The k best of lists that are each the k best of their own rows; `merged` must not be one of them.
void merge_ranked(std::span<const std::vector<scored_row>> lists, std::size_t k, std::vector<scored_row>& merged);

}  // namespace freshet

#include "core/ranking/top_k.hpp"

#include <algorithm>

#include "core/ranking/heap.hpp"

namespace freshet {

top_k::top_k(std::vector<scored_row>& kept, std::size_t k, std::size_t offers_max) : kept_(&kept), k_(k) {
  kept_->clear();
  kept_->reserve(std::min(k, offers_max));
}

void top_k::grow(const scored_row& candidate) {
  kept_->push_back(candidate);
  std::push_heap(kept_->begin(), kept_->end(), ranks_before);
}

void top_k::replace_worst(const scored_row& candidate) {
  replace_front(*kept_, candidate, [](const auto& a, const auto& b) { return ranks_before(a, b); });
}

void top_k::finish() {
  std::sort_heap(kept_->begin(), kept_->end(), ranks_before);
}

void keep_best(std::vector<scored_row>& rows, std::size_t k) {
  const std::size_t kept = std::min(k, rows.size());
  std::partial_sort(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(kept), rows.end(), ranks_before);
  rows.resize(kept);
}

void merge_ranked(std::span<const std::vector<scored_row>> lists, std::size_t k, std::vector<scored_row>& merged) {
  merged.clear();
  for (const auto& list : lists) merged.insert(merged.end(), list.begin(), list.end());
  keep_best(merged, k);
}

}  // namespace freshet

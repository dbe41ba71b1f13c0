#include "core/ranking/constant_scan.hpp"

#include <algorithm>
#include <bit>

#include "core/base/check.hpp"

namespace freshet {
namespace {

std::size_t count_allowed(row_range slice, std::span<const std::uint64_t> allowed) {
  std::size_t count = 0;
  for (std::size_t word = slice.first_word(); word < slice.last_word(); ++word) {
    count += static_cast<std::size_t>(std::popcount(allowed[word] & slice.bits(word)));
  }
  return count;
}

}  // namespace

constant_scan::constant_scan(const constant_scores& scores, row_range slice) : scores_(scores.scores), slice_(slice) {
  FRESHET_CHECK(slice.end() <= scores_.size(), "the slice must lie within the catalogue");
  top_k all(order_, slice.size(), slice.size());
  for (std::size_t row = slice.begin(); row < slice.end(); ++row) {
    all.offer(item_row{static_cast<std::uint32_t>(row)}, scores_[row]);
  }
  all.finish();
}

void constant_scan::rank(std::span<const scan_request> requests, std::span<std::vector<scored_row>> ranked,
                         scan_scratch&) const {
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const scan_request& request = requests[i];
    if (request.allowed.empty()) {
      walk(request, ranked[i]);
      continue;
    }
    FRESHET_CHECK(request.allowed.size() >= slice_.last_word(), "the bitmap must cover the whole catalogue");
    // A walk meets an allowed row every slice / allowed steps.
    const std::size_t allowed = count_allowed(slice_, request.allowed);
    const double met = static_cast<double>(request.k) + static_cast<double>(request.excluded.size());
    const double steps = met * static_cast<double>(slice_.size());
    if (steps > static_cast<double>(allowed) * static_cast<double>(allowed + slice_.size() / rows_per_word)) {
      select(request, ranked[i]);
    } else {
      walk(request, ranked[i]);
    }
  }
}

void constant_scan::walk(const scan_request& request, std::vector<scored_row>& ranked) const {
  const row_filter filter(slice_, request.excluded, request.allowed);
  ranked.clear();
  for (const scored_row& candidate : order_) {
    if (ranked.size() == request.k) return;
    if (filter.is_eligible(candidate.row)) ranked.push_back(candidate);
  }
}

void constant_scan::select(const scan_request& request, std::vector<scored_row>& ranked) const {
  row_filter filter(slice_, request.excluded, request.allowed);
  top_k best(ranked, request.k, slice_.size());
  for (std::size_t word = slice_.first_word(); word < slice_.last_word(); ++word) {
    for (std::uint64_t bits = filter.eligible(word); bits != 0; bits &= bits - 1) {
      const std::size_t row = word * rows_per_word + static_cast<std::size_t>(std::countr_zero(bits));
      best.offer(item_row{static_cast<std::uint32_t>(row)}, scores_[row]);
    }
  }
  best.finish();
}

}  // namespace freshet

#include "core/ranking/dense_scan.hpp"

#include <bit>

#include "core/base/check.hpp"

namespace freshet {

dense_scan::dense_scan(const dense_scores& scores, row_range slice, const kernel_set& kernels)
    : scores_(scores), slice_(slice), kernels_(&kernels) {
  FRESHET_CHECK(slice.end() <= scores.factors.rows(), "the slice must lie within the catalogue");
  FRESHET_CHECK(scores.bias.empty() || scores.bias.size() == scores.factors.rows(),
                "a bias for every item or for none");
}

void dense_scan::rank(std::span<const scan_request> requests, std::span<std::vector<scored_row>> ranked,
                      scan_scratch&) const {
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const auto* q = std::get_if<dense_query>(requests[i].q);
    FRESHET_CHECK(q != nullptr && q->factors.size() == scores_.factors.columns(),
                  "a dense catalogue takes queries of its own length");
    rank_by_score(requests[i], q->factors, ranked[i]);
  }
}

float dense_scan::score(std::span<const float> factors, std::size_t row) const {
  const float product = kernels_->dot(factors.data(), scores_.factors.row(row).data(), factors.size());
  return scores_.bias.empty() ? product : product + scores_.bias[row];
}

void dense_scan::rank_by_score(const scan_request& request, std::span<const float> factors,
                               std::vector<scored_row>& ranked) const {
  row_filter filter(slice_, request.excluded, request.allowed);
  top_k best(ranked, request.k, slice_.size());
  for (std::size_t word = slice_.first_word(); word < slice_.last_word(); ++word) {
    for (std::uint64_t bits = filter.eligible(word); bits != 0; bits &= bits - 1) {
      const std::size_t row = word * rows_per_word + static_cast<std::size_t>(std::countr_zero(bits));
      best.offer(item_row{static_cast<std::uint32_t>(row)}, score(factors, row));
    }
  }
  best.finish();
}

}  // namespace freshet

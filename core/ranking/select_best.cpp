#include "core/ranking/select_best.hpp"

#include <algorithm>
#include <bit>

namespace freshet {

void select_best(const scan_request& request, row_range slice, std::span<const float> scores, const kernel_set& kernels,
                 std::vector<scored_row>& ranked) {
  row_filter filter(slice, request.excluded, request.allowed);
  top_k best(ranked, request.k, slice.size());
  for (std::size_t word = slice.first_word(); word < slice.last_word(); ++word) {
    std::uint64_t bits = filter.eligible(word);
    if (bits == 0) continue;
    const std::size_t begin = std::max(word * rows_per_word, slice.begin());
    const std::size_t end = std::min((word + 1) * rows_per_word, slice.end());
    if (best.full()) {
      bits &= kernels.above(scores.data() + (begin - slice.begin()), end - begin, best.threshold())
              << begin % rows_per_word;
    }
    for (; bits != 0; bits &= bits - 1) {
      const std::size_t row = word * rows_per_word + static_cast<std::size_t>(std::countr_zero(bits));
      best.offer(item_row{static_cast<std::uint32_t>(row)}, scores[row - slice.begin()]);
    }
  }
  best.finish();
}

}  // namespace freshet

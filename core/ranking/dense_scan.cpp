#include "core/ranking/dense_scan.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "core/base/check.hpp"

namespace freshet {
namespace {

// Fits the first-level caches of today; what spills over comes from the second level, which is fast enough for a batch.
constexpr std::size_t tile_bytes = 32768;
constexpr std::size_t groups_per_word = rows_per_word / rows_per_group;
// A bias beyond this could overflow a bound.
constexpr float bias_magnitude_max = 0x1p60F;

item_row row_at(std::size_t row) {
  return item_row{static_cast<std::uint32_t>(row)};
}

matrix_view<const float> rows_of(const dense_scores& scores, row_range slice) {
  FRESHET_CHECK(slice.end() <= scores.factors.rows(), "the slice must lie within the catalogue");
  FRESHET_CHECK(scores.bias.empty() || scores.bias.size() == scores.factors.rows(), "a bias for every item or none");
  const auto& all = scores.factors;
  return {all.data() + slice.begin() * all.stride(), slice.size(), all.columns(), all.stride()};
}

// Bit i: a row of group i is set.
std::uint64_t groups_of(std::uint64_t rows) {
  std::uint64_t groups = 0;
  for (std::size_t i = 0; i < groups_per_word; ++i) {
    groups |= std::uint64_t{(rows >> i * rows_per_group & 0xFFFF) != 0} << i;
  }
  return groups;
}

}  // namespace

dense_scan::dense_scan(const dense_scores& scores, row_range slice, const kernel_set& kernels)
    : scores_(scores),
      slice_(slice),
      kernels_(&kernels),
      codes_(
          quantize(rows_of(scores, slice), {.rows_before = slice.begin() % rows_per_word, .multiple = rows_per_word})),
      bounded_(codes_.row_scales.size() / rows_per_word, ~std::uint64_t{0}) {
  unbounded_ = std::move(codes_.unbounded);
  read_bias();
  std::ranges::sort(unbounded_);
  const auto repeated = std::ranges::unique(unbounded_);
  unbounded_.erase(repeated.begin(), repeated.end());
  for (const std::size_t row : unbounded_) {
    bounded_[row / rows_per_word] &= ~(std::uint64_t{1} << row % rows_per_word);
  }
  const std::size_t word_bytes = std::max<std::size_t>(1, codes_.quads * 4 * rows_per_word);
  words_per_tile_ = std::clamp<std::size_t>(tile_bytes / word_bytes, 1, words_per_tile_max);
}

void dense_scan::read_bias() {
  if (scores_.bias.empty()) return;
  bias_.resize(codes_.row_scales.size());
  for (std::size_t row = slice_.begin(); row < slice_.end(); ++row) {
    const float bias = scores_.bias[row];
    if (std::abs(bias) <= bias_magnitude_max) {
      bias_[row - first_row()] = bias;
      bias_magnitude_ = std::max(bias_magnitude_, std::abs(bias));
    } else {
      unbounded_.push_back(row - first_row());
    }
  }
}

void dense_scan::rank(std::span<const scan_request> requests, std::span<std::vector<scored_row>> ranked,
                      scan_scratch& scratch) const {
  scratch.bounded = 0;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    if (pays_to_bound(requests[i])) {
      start(requests[i], ranked[i], scratch);
    } else {
      rank_by_score(requests[i], ranked[i]);
    }
  }
  if (scratch.bounded == 0) return;
  quantize_queries(scratch);
  for (std::size_t word = 0; word < bounded_.size(); word += words_per_tile_) {
    scan_tile({.first_word = word, .words = std::min(words_per_tile_, bounded_.size() - word)}, scratch);
  }
  for (bounded_query& q : std::span(scratch.queries).first(scratch.bounded)) rescore(q);
}

std::span<const float> dense_scan::factors_of(const scan_request& request) const {
  const auto* q = std::get_if<dense_query>(request.q);
  FRESHET_CHECK(q != nullptr && q->factors.size() == scores_.factors.columns(),
                "a dense catalogue takes queries of its own length");
  return q->factors;
}

// Where a large part of the slice is to be returned, nearly all of it would be scored a second time.
bool dense_scan::pays_to_bound(const scan_request& request) const {
  return request.k > 0 && request.k <= slice_.size() / 4 && has_bound(factors_of(request));
}

float dense_scan::score(std::span<const float> factors, std::size_t row) const {
  const float product = kernels_->dot(factors.data(), scores_.factors.row(row).data(), factors.size());
  return scores_.bias.empty() ? product : product + scores_.bias[row];
}

void dense_scan::rank_by_score(const scan_request& request, std::vector<scored_row>& ranked) const {
  const auto factors = factors_of(request);
  row_filter filter(slice_, request.excluded, request.allowed);
  top_k best(ranked, request.k, slice_.size());
  for (std::size_t word = slice_.first_word(); request.k > 0 && word < slice_.last_word(); ++word) {
    for (std::uint64_t bits = filter.eligible(word); bits != 0; bits &= bits - 1) {
      const std::size_t row = word * rows_per_word + static_cast<std::size_t>(std::countr_zero(bits));
      best.offer(row_at(row), score(factors, row));
    }
  }
  best.finish();
}

void dense_scan::start(const scan_request& request, std::vector<scored_row>& ranked, scan_scratch& scratch) const {
  if (scratch.queries.size() == scratch.bounded) scratch.queries.emplace_back();
  bounded_query& q = scratch.queries[scratch.bounded++];
  q.request = &request;
  q.ranked = &ranked;
  q.filter = row_filter(slice_, request.excluded, request.allowed);
}

// A block that is not full is rounded up to a size that the kernels know, with queries of zeros.
void dense_scan::quantize_queries(scan_scratch& scratch) const {
  const std::size_t blocks = (scratch.bounded + queries_per_block_max - 1) / queries_per_block_max;
  const std::size_t block_bytes = queries_per_block_max * codes_.quads * 4;
  scratch.codes.assign(blocks * block_bytes, 0);
  scratch.code_sums.assign(blocks * queries_per_block_max, 0);
  scratch.products.resize(queries_per_block_max * words_per_tile_ * rows_per_word);
  for (std::size_t i = 0; i < scratch.bounded; ++i) {
    bounded_query& q = scratch.queries[i];
    const std::size_t block = i / queries_per_block_max;
    const std::size_t block_start = block * queries_per_block_max;
    const std::size_t count = std::bit_ceil(std::min(scratch.bounded - block_start, queries_per_block_max));
    std::int8_t* codes = scratch.codes.data() + block * block_bytes + (i - block_start) * 4;
    q.quantized = quantize(factors_of(*q.request), codes, count * 4);
    scratch.code_sums[i] = q.quantized.sum;
    const float margin = bias_magnitude_ * rounding_share(scores_.factors.columns());
    q.candidates.start(q.request->k, margin / q.quantized.scale);
  }
}

void dense_scan::scan_tile(const tile& rows, scan_scratch& scratch) const {
  const std::size_t stride = words_per_tile_ * rows_per_word;
  for (std::size_t start = 0; start < scratch.bounded; start += queries_per_block_max) {
    const auto block =
        std::span(scratch.queries).subspan(start, std::min(scratch.bounded - start, queries_per_block_max));
    std::uint64_t groups = 0;
    for (bounded_query& q : block) {
      mark_eligible(rows, q);
      groups |= q.groups;
    }
    if (groups == 0) continue;
    kernels_->dot_int8(
        {.codes = codes_.group_codes(rows.first_word * groups_per_word), .quads = codes_.quads, .groups = groups},
        {.codes = scratch.codes.data() + start * codes_.quads * 4,
         .sums = scratch.code_sums.data() + start,
         .count = std::bit_ceil(block.size())},
        scratch.products.data(), stride);
    for (std::size_t i = 0; i < block.size(); ++i) collect(rows, scratch.products.data() + i * stride, block[i]);
  }
}

void dense_scan::mark_eligible(const tile& rows, bounded_query& q) const {
  const std::size_t first = slice_.first_word() + rows.first_word;
  if (unbounded_.empty() && q.filter.all_eligible(first, first + rows.words)) {
    std::fill_n(q.eligible.begin(), rows.words, ~std::uint64_t{0});
    q.groups = ~std::uint64_t{0} >> (groups_per_tile_max - rows.words * groups_per_word);
    return;
  }
  q.groups = 0;
  for (std::size_t w = 0; w < rows.words; ++w) {
    q.eligible[w] = q.filter.eligible(first + w) & bounded_[rows.first_word + w];
    q.groups |= groups_of(q.eligible[w]) << w * groups_per_word;
  }
}

// In steps of the query's scale, as the kernel's bounds are.
void dense_scan::collect(const tile& rows, const std::int32_t* products, bounded_query& q) const {
  const std::size_t first = rows.first_word * rows_per_word;
  const std::size_t first_group = rows.first_word * groups_per_word;
  std::array<float, groups_per_tile_max> errors;
  for (std::size_t group = 0; group < rows.words * groups_per_word; ++group) {
    errors[group] = q.quantized.norm * codes_.group_errors[first_group + group] +
                    q.quantized.error * codes_.group_norms[first_group + group];
  }
  const int8_bounds bounds{.row_scales = codes_.row_scales.data() + first,
                           .group_errors = errors.data(),
                           .bias = bias_.empty() ? nullptr : bias_.data() + first,
                           .bias_scale = 1 / q.quantized.scale,
                           .threshold = q.candidates.threshold()};
  std::array<std::uint64_t, words_per_tile_max> reaching{};
  kernels_->rows_reaching(bounds, products, q.groups, reaching.data());
  for (std::size_t w = 0; w < rows.words; ++w) {
    for (std::uint64_t bits = reaching[w] & q.eligible[w]; bits != 0; bits &= bits - 1) {
      const std::size_t row = w * rows_per_word + static_cast<std::size_t>(std::countr_zero(bits));
      const float product = static_cast<float>(products[row]);
      const float error = errors[row / rows_per_group];
      const float bias = bounds.bias == nullptr ? 0 : bounds.bias[row] * bounds.bias_scale;
      q.candidates.add({.row = row_at(first_row() + first + row),
                        .lower = bounds.row_scales[row] * (product - error) + bias,
                        .upper = bounds.row_scales[row] * (product + error) + bias});
    }
  }
  q.candidates.prune_when_full();
}

void dense_scan::rescore(bounded_query& q) const {
  const auto factors = factors_of(*q.request);
  top_k best(*q.ranked, q.request->k, slice_.size());
  for (const auto& candidate : q.candidates.remaining()) {
    best.offer(candidate.row, score(factors, to_integer(candidate.row)));
  }
  for (const std::size_t row : unbounded_) {
    const item_row unbounded = row_at(first_row() + row);
    if (q.filter.is_eligible(unbounded)) best.offer(unbounded, score(factors, to_integer(unbounded)));
  }
  best.finish();
}

}  // namespace freshet

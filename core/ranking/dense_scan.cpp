#include "core/ranking/dense_scan.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <numeric>

#include "core/base/check.hpp"

namespace freshet {
namespace {

// Fits the first-level caches of today; what spills over comes from the second level, which is fast enough for a batch.
constexpr std::size_t tile_bytes = 32768;
constexpr std::size_t groups_per_word = rows_per_word / rows_per_group;
// A bias beyond this could overflow a bound.
constexpr float bias_magnitude_max = 0x1p60F;

// Where a filter leaves less than one row in so many, these are scored in float32 at once.
constexpr std::size_t few_from = 48;
// Its share is estimated from one word in so many.
constexpr std::size_t words_per_sample = 16;
// No row with a bound is longer: the square root of quantized_columns_max elements of quantized_magnitude_max.
constexpr double length_max = 0x1p48;
// What is stored must not be too small; sums in double are off by far less.
constexpr double outwards = 1 + 4e-6;

item_row row_at(std::size_t row) {
  return item_row{static_cast<std::uint32_t>(row)};
}

matrix_view<const float> rows_of(const dense_scores& scores, row_range slice) {
  FRESHET_CHECK(slice.end() <= scores.factors.rows(), "the slice must lie within the catalogue");
  FRESHET_CHECK(scores.bias.empty() || scores.bias.size() == scores.factors.rows(), "a bias for every item or none");
  const auto& all = scores.factors;
  return {all.data() + slice.begin() * all.stride(), slice.size(), all.columns(), all.stride()};
}

std::vector<double> lengths_of(matrix_view<const float> rows) {
  std::vector<double> lengths(rows.rows());
  for (std::size_t row = 0; row < lengths.size(); ++row) lengths[row] = length_of(rows.row(row));
  return lengths;
}

void prefetch(std::span<const float> row) {
  constexpr std::size_t floats_per_line = 16;
  for (std::size_t j = 0; j < row.size(); j += floats_per_line) __builtin_prefetch(row.data() + j);
}

bool leaves_few(std::span<const std::uint64_t> allowed, row_range slice) {
  std::size_t sampled = 0;
  std::size_t count = 0;
  for (std::size_t word = slice.first_word(); word < slice.last_word(); word += words_per_sample, ++sampled) {
    count += static_cast<std::size_t>(std::popcount(allowed[word]));
  }
  return count * few_from < sampled * rows_per_word;
}

}  // namespace

dense_scan::dense_scan(const dense_scores& scores, row_range slice, const kernel_set& kernels)
    : scores_(scores), slice_(slice), kernels_(&kernels) {
  const auto lengths = lengths_of(rows_of(scores_, slice_));
  arrange(lengths);
  codes_ = quantize(rows_of(scores_, slice_), {.order = row_in_place_, .multiple = rows_per_word});
  bounded_.resize(codes_.row_scales.size() / rows_per_word);
  for (std::size_t place = 0; place < slice_.size(); ++place) {
    bounded_[place / rows_per_word] |= std::uint64_t{1} << place % rows_per_word;
  }
  read_bias();
  std::ranges::sort(codes_.unbounded);
  const auto repeated = std::ranges::unique(codes_.unbounded);
  codes_.unbounded.erase(repeated.begin(), repeated.end());
  for (const std::size_t place : codes_.unbounded) {
    bounded_[place / rows_per_word] &= ~(std::uint64_t{1} << place % rows_per_word);
    const std::size_t row = slice_.begin() + row_in_place_[place];
    unbounded_.push_back(row_at(row));
    const double length = lengths[row_in_place_[place]] * outwards;
    const float bias = scores_.bias.empty() ? 0 : scores_.bias[row];
    constexpr float infinity = std::numeric_limits<float>::infinity();
    unbounded_length_ = std::max(unbounded_length_, std::isfinite(length) ? static_cast<float>(length) : infinity);
    unbounded_bias_ = std::max(unbounded_bias_, std::isfinite(bias) ? bias : infinity);
  }
  cut_tiles(lengths);
}

// The rows that may score highest first, for a query about as long as the rows are.
void dense_scan::arrange(std::span<const double> lengths) {
  double sum = 0;
  for (const double length : lengths) {
    if (length <= length_max) sum += length;
  }
  const double query_length = lengths.empty() ? 0 : sum / static_cast<double>(lengths.size());
  if (query_length > 0) reach_step_ = static_cast<float>(query_length / 4);
  std::vector<double> reach(lengths.size());
  for (std::size_t row = 0; row < reach.size(); ++row) {
    reach[row] = scores_.bias.empty() ? lengths[row] : lengths[row] * query_length + scores_.bias[slice_.begin() + row];
    if (!std::isfinite(reach[row])) reach[row] = -std::numeric_limits<double>::infinity();
  }
  row_in_place_.resize(slice_.size());
  std::iota(row_in_place_.begin(), row_in_place_.end(), 0U);
  std::ranges::stable_sort(row_in_place_, std::greater<>(), [&](std::uint32_t row) { return reach[row]; });
  place_of_row_.resize(slice_.size());
  for (std::size_t place = 0; place < slice_.size(); ++place) {
    place_of_row_[row_in_place_[place]] = static_cast<std::uint32_t>(place);
  }
}

std::uint64_t dense_scan::groups_of(const tile& rows) {
  return ~std::uint64_t{0} >> (groups_per_tile_max - rows.words * groups_per_word);
}

void dense_scan::cut_tiles(std::span<const double> lengths) {
  const std::size_t word_bytes = std::max<std::size_t>(1, codes_.quads * 4 * rows_per_word);
  const std::size_t words_max = std::clamp<std::size_t>(tile_bytes / word_bytes, 1, words_per_tile_max);
  words_per_tile_ = words_max;
  std::size_t words = 0;
  for (std::size_t first = 0; first < bounded_.size(); first += words) {
    // A tile is read with the threshold that those before it have left, which is low at first: no tile is larger than
    // all of those together.
    words = std::min({std::max<std::size_t>(first, 1), words_max, bounded_.size() - first});
    tile& made = tiles_.emplace_back(tile{.first_word = first, .words = words});
    made.reach.fill(-std::numeric_limits<float>::infinity());
    for (std::size_t word = first; word < first + made.words; ++word) {
      for (std::uint64_t bits = bounded_[word]; bits != 0; bits &= bits - 1) {
        const std::size_t place = word * rows_per_word + static_cast<std::size_t>(std::countr_zero(bits));
        include(made, lengths[row_in_place_[place]] * outwards, bias_.empty() ? 0 : bias_[place]);
      }
    }
  }
}

void dense_scan::include(tile& made, double length, double bias) const {
  made.length = std::max(made.length, static_cast<float>(length));
  if (bias_.empty()) return;
  for (std::size_t i = 0; i < made.reach.size(); ++i) {
    const double reached = length * static_cast<double>(i) * static_cast<double>(reach_step_) + bias;
    made.reach[i] = std::max(made.reach[i], static_cast<float>(reached));
  }
}

void dense_scan::read_bias() {
  if (scores_.bias.empty()) return;
  bias_.resize(codes_.row_scales.size());
  for (std::size_t place = 0; place < slice_.size(); ++place) {
    const float bias = scores_.bias[slice_.begin() + row_in_place_[place]];
    if (std::abs(bias) <= bias_magnitude_max) {
      bias_[place] = bias;
      bias_magnitude_ = std::max(bias_magnitude_, std::abs(bias));
    } else {
      codes_.unbounded.push_back(place);
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
  for (const tile& each : tiles_) scan_tile(each, scratch);
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
  return request.k > 0 && request.k <= slice_.size() / 4 && has_bound(factors_of(request)) &&
         (request.allowed.empty() || !leaves_few(request.allowed, slice_));
}

float dense_scan::score(std::span<const float> factors, std::size_t row) const {
  const float product = kernels_->dot(factors.data(), scores_.factors.row(row).data(), factors.size());
  return scores_.bias.empty() ? product : product + scores_.bias[row];
}

void dense_scan::rank_by_score(const scan_request& request, std::vector<scored_row>& ranked) const {
  const auto factors = factors_of(request);
  row_filter filter(slice_, request.excluded, request.allowed);
  top_k best(ranked, request.k, slice_.size());
  std::array<std::size_t, 2 * rows_per_word> rows;
  for (std::size_t word = slice_.first_word(); request.k > 0 && word < slice_.last_word();) {
    // Rows that lie apart come from memory one by one: all of a handful are asked for before the first is scored.
    std::size_t count = 0;
    for (; word < slice_.last_word() && (count == 0 || count + rows_per_word <= rows.size()); ++word) {
      for (std::uint64_t bits = filter.eligible(word); bits != 0; bits &= bits - 1) {
        rows[count++] = word * rows_per_word + static_cast<std::size_t>(std::countr_zero(bits));
      }
    }
    for (std::size_t i = 0; i < count; ++i) prefetch(scores_.factors.row(rows[i]));
    for (std::size_t i = 0; i < count; ++i) best.offer(row_at(rows[i]), score(factors, rows[i]));
  }
  best.finish();
}

void dense_scan::start(const scan_request& request, std::vector<scored_row>& ranked, scan_scratch& scratch) const {
  if (scratch.queries.size() == scratch.bounded) scratch.queries.emplace_back();
  bounded_query& q = scratch.queries[scratch.bounded++];
  q.request = &request;
  q.ranked = &ranked;
  q.filter = row_filter(slice_, request.excluded, request.allowed);
  mark_eligible(q);
}

void dense_scan::mark_eligible(bounded_query& q) const {
  q.eligible = bounded_;
  for (auto row = std::ranges::lower_bound(q.request->excluded, slice_.first);
       row != q.request->excluded.end() && *row < slice_.last; ++row) {
    const std::size_t place = place_of_row_[to_integer(*row) - slice_.begin()];
    q.eligible[place / rows_per_word] &= ~(std::uint64_t{1} << place % rows_per_word);
  }
}

void dense_scan::quantize_queries(scan_scratch& scratch) const {
  scratch.packed.clear();
  scratch.products.resize(queries_per_block_max * words_per_tile_ * rows_per_word);
  for (bounded_query& q : std::span(scratch.queries).first(scratch.bounded)) {
    q.codes.resize(codes_.quads * 4);
    q.quantized = quantize(factors_of(*q.request), q.codes.data());
    const float margin = bias_magnitude_ * rounding_share(scores_.factors.columns());
    q.candidates.start(q.request->k, margin / q.quantized.scale);
  }
}

// A block that is not full is rounded up to a size that the kernels know, with queries of zeros.
void dense_scan::pack(scan_scratch& scratch) const {
  scratch.packed = scratch.reaching;
  const std::size_t blocks = (scratch.packed.size() + queries_per_block_max - 1) / queries_per_block_max;
  scratch.codes.assign(blocks * queries_per_block_max * codes_.quads * 4, 0);
  scratch.code_sums.assign(blocks * queries_per_block_max, 0);
  for (std::size_t i = 0; i < scratch.packed.size(); ++i) {
    const std::size_t start = i / queries_per_block_max * queries_per_block_max;
    const std::size_t count = std::bit_ceil(std::min(scratch.packed.size() - start, queries_per_block_max));
    std::int8_t* const codes = scratch.codes.data() + start * codes_.quads * 4 + (i - start) * 4;
    for (std::size_t quad = 0; quad < codes_.quads; ++quad) {
      std::memcpy(codes + quad * count * 4, scratch.packed[i]->codes.data() + quad * 4, 4);
    }
    scratch.code_sums[i] = scratch.packed[i]->quantized.sum;
  }
}

void dense_scan::scan_tile(const tile& rows, scan_scratch& scratch) const {
  scratch.reaching.clear();
  for (bounded_query& q : std::span(scratch.queries).first(scratch.bounded)) {
    if (reaches(rows, q)) scratch.reaching.push_back(&q);
  }
  if (scratch.reaching.empty()) return;
  if (scratch.reaching != scratch.packed) pack(scratch);
  const std::size_t stride = words_per_tile_ * rows_per_word;
  const std::uint64_t groups = groups_of(rows);
  for (std::size_t start = 0; start < scratch.packed.size(); start += queries_per_block_max) {
    const auto block =
        std::span(scratch.packed).subspan(start, std::min(scratch.packed.size() - start, queries_per_block_max));
    kernels_->dot_int8(
        {.codes = codes_.group_codes(rows.first_word * groups_per_word), .quads = codes_.quads, .groups = groups},
        {.codes = scratch.codes.data() + start * codes_.quads * 4,
         .sums = scratch.code_sums.data() + start,
         .count = std::bit_ceil(block.size())},
        scratch.products.data(), stride);
    for (std::size_t i = 0; i < block.size(); ++i) {
      collect(rows, scratch.products.data() + i * stride, *block[i]);
    }
  }
}

bool dense_scan::reaches(const tile& rows, const bounded_query& q) const {
  const float bound = reach(rows, q.quantized.norm * q.quantized.scale);
  return bound / q.quantized.scale >= q.candidates.threshold();
}

// Rounding is covered by what the query's norm holds for it, that of a bias by the margin of the threshold, and the
// few operations here by `outwards`.
float dense_scan::reach(const tile& rows, float query_length) const {
  const auto length = query_length * static_cast<float>(outwards);
  if (bias_.empty()) return length * rows.length;
  const float place = length / reach_step_;
  const std::size_t last = rows.reach.size() - 1;
  if (place >= static_cast<float>(last)) {
    return rows.reach[last] + (length - static_cast<float>(last) * reach_step_) * rows.length;
  }
  const auto before = static_cast<std::size_t>(place);
  const float low = rows.reach[before];
  return low + (place - static_cast<float>(before)) * (rows.reach[before + 1] - low);
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
  kernels_->rows_reaching(bounds, products, groups_of(rows), reaching.data());
  for (std::size_t w = 0; w < rows.words; ++w) {
    for (std::uint64_t bits = reaching[w] & q.eligible[rows.first_word + w]; bits != 0; bits &= bits - 1) {
      const std::size_t place = w * rows_per_word + static_cast<std::size_t>(std::countr_zero(bits));
      const float product = static_cast<float>(products[place]);
      const float error = errors[place / rows_per_group];
      const float bias = bounds.bias == nullptr ? 0 : bounds.bias[place] * bounds.bias_scale;
      const float upper = bounds.row_scales[place] * (product + error) + bias;
      if (upper < q.candidates.threshold()) continue;  // it rose since
      const item_row row = row_at(slice_.begin() + row_in_place_[first + place]);
      if (!q.filter.is_allowed(row)) continue;
      q.candidates.add({.row = row, .lower = bounds.row_scales[place] * (product - error) + bias, .upper = upper});
    }
    q.candidates.prune_when_full();
  }
}

// Their rounding is covered as that of the others is: the length of the query holds its share, a bias its margin.
float dense_scan::unbounded_reach(const bounded_query& q) const {
  const float margin = bias_magnitude_ * rounding_share(scores_.factors.columns());
  return q.quantized.norm * q.quantized.scale * static_cast<float>(outwards) * unbounded_length_ + unbounded_bias_ +
         2 * margin;
}

void dense_scan::rescore(bounded_query& q) const {
  const auto factors = factors_of(*q.request);
  top_k best(*q.ranked, q.request->k, slice_.size());
  // Rows that lie apart come from memory one by one: all are asked for before the first is scored.
  const auto& remaining = q.candidates.remaining();
  for (const auto& candidate : remaining) prefetch(scores_.factors.row(to_integer(candidate.row)));
  for (const auto& candidate : remaining) {
    best.offer(candidate.row, score(factors, to_integer(candidate.row)));
  }
  if (!best.full() || unbounded_reach(q) >= best.threshold()) {
    for (const item_row row : unbounded_) {
      if (q.filter.is_eligible(row)) best.offer(row, score(factors, to_integer(row)));
    }
  }
  best.finish();
}

}  // namespace freshet

// What: scores factor vectors: score(i) = dot(query, V[i]), + bias[i] where there is one.
// How:  a pass over int8 codes gives every row an upper and a lower bound (core/linalg/int8_quantization.hpp); rows
//       that can still be among the k best are scored in float32. Rows and queries without a bound are scored in
//       float32 from the start.
// Cost: reads columns + 4.5 bytes a row once for all queries of a batch, in tiles that stay in the first cache level.
//       Groups of 16 rows of which a filter leaves none are skipped. k rows and what lies within twice the bound of the
//       k-th are scored again: about 2 k where scores spread like a normal distribution.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/linalg/int8_quantization.hpp"
#include "core/linalg/kernels.hpp"
#include "core/ranking/row_filter.hpp"
#include "core/ranking/shape_scan.hpp"

namespace freshet {

class dense_scan final : public shape_scan {
 public:
  dense_scan(const dense_scores& scores, row_range slice, const kernel_set& kernels);
  void rank(std::span<const scan_request> requests, std::span<std::vector<scored_row>> ranked,
            scan_scratch& scratch) const override;

 private:
  /// Words of rows, from the first word of the slice on, whose codes stay in cache while all queries pass over them.
  struct tile {
    std::size_t first_word;
    std::size_t words;
  };

  void read_bias();
  std::size_t first_row() const { return slice_.first_word() * rows_per_word; }
  std::span<const float> factors_of(const scan_request& request) const;
  bool pays_to_bound(const scan_request& request) const;
  float score(std::span<const float> factors, std::size_t row) const;
  void rank_by_score(const scan_request& request, std::vector<scored_row>& ranked) const;

  void start(const scan_request& request, std::vector<scored_row>& ranked, scan_scratch& scratch) const;
  void quantize_queries(scan_scratch& scratch) const;
  void scan_tile(const tile& rows, scan_scratch& scratch) const;
  void mark_eligible(const tile& rows, bounded_query& q) const;
  void collect(const tile& rows, const std::int32_t* products, bounded_query& q) const;
  void rescore(bounded_query& q) const;

  dense_scores scores_;
  row_range slice_;
  const kernel_set* kernels_;
  /// Row 0 is row `first_row()` of the catalogue, and so for the members below.
  quantized_matrix codes_;
  /// Empty without a bias.
  std::vector<float> bias_;
  float bias_magnitude_ = 0;
  /// Rows that have a bound, as bits, and those that have none.
  std::vector<std::uint64_t> bounded_;
  std::vector<std::size_t> unbounded_;
  std::size_t words_per_tile_;
};

}  // namespace freshet

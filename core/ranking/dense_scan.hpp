// What: scores factor vectors: score(i) = dot(query, V[i]), + bias[i] where there is one.
// How:  a pass over int8 codes gives every row an upper and a lower bound (core/linalg/int8_quantization.hpp); rows
//       that can still be among the k best are scored in float32. Queries without a bound are scored in float32 from
//       the start, rows without one at the end, unless they are so short that none can reach the k-th best.
//       Rows that can score highest are read first, and a tile is left out when |query| x length + bias of each of its
//       rows stays under the k-th best score so far: of 41,000 x 64 from ALS 28 % are read, from BPR 6 %, of rows that
//       are all equally long all.
// Cost: reads columns + 4.5 bytes a row once for all queries of a batch, in tiles that stay in the first cache level.
//       Where a filter leaves less than 2 % of the rows, these are scored in float32 at once; any other is asked for
//       the rows that reach the k best. k rows and what lies within twice the bound of the k-th are scored again: about
//       2 k where scores spread like a normal distribution. Memory: columns + 12.5 bytes a row.
#pragma once

#include <array>
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
  /// Words of places whose codes stay in cache while all queries pass over them.
  struct tile {
    std::size_t first_word;
    std::size_t words;
    /// No bounded row in it is longer.
    float length = 0;
    /// reach[i]: the largest length x i x reach_step_ + bias of a row; with a bias only. Between two of them the
    /// largest lies under the straight line, as it is a maximum of lines.
    std::array<float, 17> reach{};
  };
  static std::uint64_t groups_of(const tile& rows);

  void arrange(std::span<const double> lengths);
  void cut_tiles(std::span<const double> lengths);
  void include(tile& made, double length, double bias) const;
  void read_bias();
  std::span<const float> factors_of(const scan_request& request) const;
  bool pays_to_bound(const scan_request& request) const;
  float score(std::span<const float> factors, std::size_t row) const;
  void rank_by_score(const scan_request& request, std::vector<scored_row>& ranked) const;

  void start(const scan_request& request, std::vector<scored_row>& ranked, scan_scratch& scratch) const;
  void mark_eligible(bounded_query& q) const;
  void quantize_queries(scan_scratch& scratch) const;
  void pack(scan_scratch& scratch) const;
  void scan_tile(const tile& rows, scan_scratch& scratch) const;
  bool reaches(const tile& rows, const bounded_query& q) const;
  /// An upper bound of |query| x length + bias over the rows of a tile.
  float reach(const tile& rows, float query_length) const;
  void collect(const tile& rows, const std::int32_t* products, bounded_query& q) const;
  void rescore(bounded_query& q) const;
  float unbounded_reach(const bounded_query& q) const;

  dense_scores scores_;
  row_range slice_;
  const kernel_set* kernels_;
  /// The row of the slice in each place, counted from its first, and the place of each row.
  std::vector<std::uint32_t> row_in_place_;
  std::vector<std::uint32_t> place_of_row_;
  /// By place, as are the members below.
  quantized_matrix codes_;
  /// Empty without a bias.
  std::vector<float> bias_;
  float bias_magnitude_ = 0;
  float reach_step_ = 1;
  /// Places of rows that have a bound, as bits.
  std::vector<std::uint64_t> bounded_;
  /// Rows of the catalogue that have none, and the largest length and bias among them; infinite where one is not
  /// finite.
  std::vector<item_row> unbounded_;
  float unbounded_length_ = 0;
  float unbounded_bias_ = 0;
  std::vector<tile> tiles_;
  std::size_t words_per_tile_ = 1;
};

}  // namespace freshet

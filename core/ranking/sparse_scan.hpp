// What: scores a history with item-item weights: score(i) = 0 + weight x B[h][i] for each h of the history, in its
//       order; each product and each sum rounded to float32.
// Cost: the part of the rows of B that lies in the slice, found by binary search where a row's columns ascend. A row
//       that holds every column (EASE) is added as one vector. Construction reads the columns once, and nothing where
//       the rows have none (sparse_rows_view).
#pragma once

#include <cstdint>

#include "core/linalg/kernels.hpp"
#include "core/ranking/row_filter.hpp"
#include "core/ranking/shape_scan.hpp"

namespace freshet {

class sparse_scan final : public shape_scan {
 public:
  sparse_scan(const sparse_scores& scores, row_range slice, const kernel_set& kernels);
  void rank(std::span<const scan_request> requests, std::span<std::vector<scored_row>> ranked,
            scan_scratch& scratch) const override;
  /// Shapes: scores [rows of the slice].
  void score(const sparse_query& history, std::span<float> scores) const;

 private:
  // How the columns of one row of B lie.
  enum class row_order : std::uint8_t { any, ascending, complete };

  row_order order_of(std::size_t row) const;
  void add_row(const weighted<item_row>& taste_of_row, std::span<float> sums) const;

  sparse_rows_view rows_;
  row_range slice_;
  const kernel_set* kernels_;
  /// Empty where the rows have no columns: all are complete.
  std::vector<row_order> orders_;
};

}  // namespace freshet

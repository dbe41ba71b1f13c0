// What:    the exact k best items of one slice of a catalogue, for many queries in one pass.
// Why:     a scorer owns a slice and answers all queries that wait with one reading of it; memory bandwidth, not
//          arithmetic, is what a scan costs.
// Exact:   ids and float32 scores are those of scoring every row by brute force. Scores are summed in one fixed order
//          (core/linalg/kernels.hpp), so the slicing, the batch and the processor do not change a byte.
// Scores:  dense: dot(factors, V[i]), + bias[i] when there is one. sparse: 0 + weight x B[h][i] over the history
//          in its order. constant: as given. blend: the weighted sum of its parts. NaN counts as -infinity.
// Shapes:  rows are those of the whole catalogue; a slice is [first, last) of them.
// Threads: immutable after construction; a scratch serves one caller at a time.
// Errors:  none. A query of another shape than the scores, or of another length, is a programmer mistake.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/linalg/kernels.hpp"
#include "core/models/model.hpp"
#include "core/ranking/row_filter.hpp"
#include "core/ranking/scan_request.hpp"
#include "core/ranking/top_k.hpp"

namespace freshet {

/// Cuts `items` rows into `count` > 0 slices of nearly equal length, some empty when there are few rows. Cuts fall on
/// multiples of 64, the words of a bitmap.
[[nodiscard]] std::vector<row_range> cut_rows(std::size_t items, std::size_t count);

/// How one query shape is scanned: dense_scan, sparse_scan, constant_scan, blend_scan.
class shape_scan;

class slice_scan {
 public:
  /// What `scores` views must outlive this object. `kernels` is there for tests and benchmarks.
  slice_scan(const item_scores& scores, row_range slice, const kernel_set& kernels = best_kernels());
  ~slice_scan();
  slice_scan(slice_scan&&) noexcept;
  slice_scan& operator=(slice_scan&&) noexcept;

  row_range slice() const { return slice_; }

  /// ranked[i] becomes the best rows of requests[i], best first: fewer than k when fewer are allowed.
  /// Shapes: as many lists as requests.
  void rank(std::span<const scan_request> requests, std::span<std::vector<scored_row>> ranked,
            scan_scratch& scratch) const;

 private:
  row_range slice_;
  std::unique_ptr<const shape_scan> scan_;
};

}  // namespace freshet

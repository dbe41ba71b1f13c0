#include "core/ranking/slice_scan.hpp"

#include <algorithm>

#include "core/base/check.hpp"
#include "core/ranking/blend_scan.hpp"
#include "core/ranking/constant_scan.hpp"
#include "core/ranking/dense_scan.hpp"
#include "core/ranking/sparse_scan.hpp"

namespace freshet {
namespace {

struct scan_of {
  row_range slice;
  const kernel_set& kernels;

  std::unique_ptr<const shape_scan> operator()(const constant_scores& scores) const {
    return std::make_unique<constant_scan>(scores, slice);
  }
  std::unique_ptr<const shape_scan> operator()(const dense_scores& scores) const {
    return std::make_unique<dense_scan>(scores, slice, kernels);
  }
  std::unique_ptr<const shape_scan> operator()(const sparse_scores& scores) const {
    return std::make_unique<sparse_scan>(scores, slice, kernels);
  }
  std::unique_ptr<const shape_scan> operator()(const blend_scores& scores) const {
    return std::make_unique<blend_scan>(scores, slice, kernels);
  }
};

}  // namespace

std::vector<row_range> cut_rows(std::size_t items, std::size_t count) {
  FRESHET_CHECK(count > 0);
  const std::size_t words = (items + rows_per_word - 1) / rows_per_word;
  std::vector<row_range> slices(count);
  std::size_t begin = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t end = std::min(items, words * (i + 1) / count * rows_per_word);
    slices[i] = {item_row{static_cast<std::uint32_t>(begin)}, item_row{static_cast<std::uint32_t>(end)}};
    begin = end;
  }
  return slices;
}

slice_scan::slice_scan(const item_scores& scores, row_range slice, const kernel_set& kernels) : slice_(slice) {
  FRESHET_CHECK(slice.first <= slice.last);
  scan_ = std::visit(scan_of{slice, kernels}, scores);
}

slice_scan::~slice_scan() = default;
slice_scan::slice_scan(slice_scan&&) noexcept = default;
slice_scan& slice_scan::operator=(slice_scan&&) noexcept = default;

void slice_scan::rank(std::span<const scan_request> requests, std::span<std::vector<scored_row>> ranked,
                      scan_scratch& scratch) const {
  FRESHET_CHECK(requests.size() == ranked.size(), "a list for every request");
  scan_->rank(requests, ranked, scratch);
}

}  // namespace freshet

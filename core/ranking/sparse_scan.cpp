#include "core/ranking/sparse_scan.hpp"

#include <algorithm>

#include "core/base/check.hpp"
#include "core/ranking/select_best.hpp"

namespace freshet {

sparse_scan::sparse_scan(const sparse_scores& scores, row_range slice, const kernel_set& kernels)
    : rows_(scores.rows), slice_(slice), kernels_(&kernels) {
  FRESHET_CHECK(slice.end() <= rows_.items(), "the slice must lie within the catalogue");
  if (rows_.holds_every_column()) {
    FRESHET_CHECK(rows_.values.size() == rows_.items() * rows_.items(), "a value for every pair of items");
    return;
  }
  orders_.resize(rows_.items());
  for (std::size_t row = 0; row < orders_.size(); ++row) orders_[row] = order_of(row);
}

sparse_scan::row_order sparse_scan::order_of(std::size_t row) const {
  const auto columns = rows_.columns.subspan(rows_.offsets[row], rows_.offsets[row + 1] - rows_.offsets[row]);
  for (std::size_t j = 1; j < columns.size(); ++j) {
    if (columns[j - 1] >= columns[j]) return row_order::any;
  }
  return columns.size() == rows_.items() ? row_order::complete : row_order::ascending;
}

void sparse_scan::rank(std::span<const scan_request> requests, std::span<std::vector<scored_row>> ranked,
                       scan_scratch& scratch) const {
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const auto* history = std::get_if<sparse_query>(requests[i].q);
    FRESHET_CHECK(history != nullptr, "a sparse catalogue takes sparse queries");
    scratch.scores.resize(slice_.size());
    score(*history, scratch.scores);
    select_best(requests[i], slice_, scratch.scores, *kernels_, ranked[i]);
  }
}

void sparse_scan::score(const sparse_query& history, std::span<float> scores) const {
  std::ranges::fill(scores, 0.0F);
  for (const auto& taste_of_row : history.weights) add_row(taste_of_row, scores);
}

void sparse_scan::add_row(const weighted<item_row>& taste_of_row, std::span<float> sums) const {
  const std::size_t row = to_integer(taste_of_row.item);
  FRESHET_CHECK(row < rows_.items(), "a history must hold rows of this model");
  if (orders_.empty() || orders_[row] == row_order::complete) {
    const std::size_t begin = orders_.empty() ? row * rows_.items() : rows_.offsets[row];
    kernels_->add_scaled(taste_of_row.strength, rows_.values.data() + begin + slice_.begin(), sums.data(),
                         slice_.size());
    return;
  }
  std::size_t begin = rows_.offsets[row];
  std::size_t end = rows_.offsets[row + 1];
  if (orders_[row] == row_order::ascending) {
    const auto columns = rows_.columns.subspan(begin, end - begin);
    end = begin + static_cast<std::size_t>(std::ranges::lower_bound(columns, slice_.last) - columns.begin());
    begin += static_cast<std::size_t>(std::ranges::lower_bound(columns, slice_.first) - columns.begin());
  }
  for (std::size_t j = begin; j < end; ++j) {
    const std::size_t place = to_integer(rows_.columns[j]) - slice_.begin();  // wraps below the slice
    if (place < sums.size()) sums[place] += taste_of_row.strength * rows_.values[j];
  }
}

}  // namespace freshet

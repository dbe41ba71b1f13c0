// What: ranking as its definition reads: score every row, drop what may not be returned, sort everything.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "core/linalg/kernels.hpp"
#include "core/ranking/scan_request.hpp"
#include "core/ranking/slice_scan.hpp"

namespace freshet::testing {

/// The sum whose order core/linalg/kernels.hpp lays down.
inline float naive_dot(std::span<const float> a, std::span<const float> b) {
  float lanes[sum_lanes] = {};
  for (std::size_t j = 0; j < a.size(); ++j) lanes[j % sum_lanes] += a[j] * b[j];
  for (std::size_t width : {8, 4, 2, 1}) {
    for (std::size_t l = 0; l < width; ++l) lanes[l] += lanes[l + width];
  }
  return lanes[0];
}

inline float naive_score(const item_scores& scores, const query& q, std::size_t row) {
  if (const auto* constant = std::get_if<constant_scores>(&scores)) return constant->scores[row];
  if (const auto* dense = std::get_if<dense_scores>(&scores)) {
    const float product = naive_dot(std::get<dense_query>(q).factors, dense->factors.row(row));
    return dense->bias.empty() ? product : product + dense->bias[row];
  }
  if (const auto* blend = std::get_if<blend_scores>(&scores)) {
    float sum = 0;
    for (std::size_t p = 0; p < blend->parts.size(); ++p) {
      sum += blend->weights[p] * naive_score(blend->parts[p], std::get<blend_query>(q).parts[p], row);
    }
    return sum;
  }
  const sparse_rows_view& rows = std::get<sparse_scores>(scores).rows;
  float sum = 0;
  for (const auto& [item, strength] : std::get<sparse_query>(q).weights) {
    if (rows.columns.empty() && !rows.values.empty()) {
      sum += strength * rows.values[to_integer(item) * (rows.offsets.size() - 1) + row];
      continue;
    }
    for (std::uint64_t j = rows.offsets[to_integer(item)]; j < rows.offsets[to_integer(item) + 1]; ++j) {
      if (to_integer(rows.columns[j]) == row) sum += strength * rows.values[j];
    }
  }
  return sum;
}

inline std::vector<scored_row> naive_rank(const item_scores& scores, row_range slice, const scan_request& request) {
  std::vector<scored_row> ranked;
  for (std::size_t row = slice.begin(); row < slice.end(); ++row) {
    const item_row id{static_cast<std::uint32_t>(row)};
    if (std::ranges::binary_search(request.excluded, id)) continue;
    if (!request.allowed.empty() && (request.allowed[row / 64] >> row % 64 & 1) == 0) continue;
    const float score = naive_score(scores, *request.q, row);
    ranked.push_back({id, score == score ? score : -std::numeric_limits<float>::infinity()});
  }
  std::ranges::sort(ranked, [](const scored_row& a, const scored_row& b) {
    return a.score != b.score ? a.score > b.score : a.row < b.row;
  });
  if (ranked.size() > request.k) ranked.resize(request.k);
  return ranked;
}

}  // namespace freshet::testing

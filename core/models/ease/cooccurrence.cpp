#include "core/models/ease/cooccurrence.hpp"

#include <algorithm>
#include <vector>

#include "core/models/parallel.hpp"

namespace freshet {
namespace {

constexpr std::size_t chunk_items = 16;

std::size_t chunks_of(std::size_t items) {
  return (items + chunk_items - 1) / chunk_items;
}

void add_row(const interaction_matrix::row_view& met, const interaction_matrix& right, std::span<float> sums) {
  for (std::size_t i = 0; i < met.size(); ++i) {
    const float scale = met.values[i];
    const auto others = right.row(met.columns[i]);
    for (std::size_t j = 0; j < others.size(); ++j) sums[others.columns[j]] += scale * others.values[j];
  }
}

}  // namespace

void add_cooccurrence(const interaction_matrix& left, const interaction_matrix& right, matrix_view<float> sums,
                      std::size_t threads) {
  FRESHET_CHECK(left.rows() == right.rows() && sums.rows() >= left.columns() && sums.columns() >= right.columns());
  const interaction_matrix by_item = left.transposed();
  parallel_for(chunks_of(by_item.rows()), threads, [&](std::size_t chunk, std::size_t) {
    const std::size_t last = std::min((chunk + 1) * chunk_items, by_item.rows());
    for (std::size_t item = chunk * chunk_items; item < last; ++item) {
      add_row(by_item.row(item), right, sums.row(item));
    }
  });
}

interaction_matrix sparse_cooccurrence(const interaction_matrix& left, const interaction_matrix& right,
                                       std::size_t threads) {
  FRESHET_CHECK(left.rows() == right.rows());
  const interaction_matrix by_item = left.transposed();
  std::vector<std::vector<weighted<item_row>>> rows(by_item.rows());
  std::vector<std::vector<float>> sums(threads);
  parallel_for(chunks_of(rows.size()), threads, [&](std::size_t chunk, std::size_t thread) {
    for (std::size_t item = chunk * chunk_items; item < std::min((chunk + 1) * chunk_items, rows.size()); ++item) {
      sums[thread].assign(right.columns(), 0.0F);
      add_row(by_item.row(item), right, sums[thread]);
      for (std::uint32_t column = 0; column < right.columns(); ++column) {
        if (sums[thread][column] > 0) rows[item].push_back({item_row{column}, sums[thread][column]});
      }
    }
  });
  interaction_matrix product;
  for (const auto& row : rows) product.add_row(row);
  product.widen(right.columns());
  return product;
}

}  // namespace freshet

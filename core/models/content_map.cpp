#include "core/models/content_map.hpp"

#include <algorithm>
#include <cmath>

#include "core/linalg/kernels.hpp"
#include "core/linalg/ridge_regression.hpp"

namespace freshet {
namespace {

/// Items to learn from: zero factors are those of items that nobody touched.
std::vector<std::size_t> usable_rows(matrix_view<const float> factors, const std::vector<bool>& known) {
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < known.size(); ++i) {
    const auto of_item = factors.row(i);
    if (known[i] && std::any_of(of_item.begin(), of_item.end(), [](float value) { return value != 0; }))
      rows.push_back(i);
  }
  return rows;
}

matrix<float> chosen(matrix_view<const float> from, const std::vector<std::size_t>& rows) {
  matrix<float> to(rows.size(), from.columns());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::copy(from.row(rows[i]).begin(), from.row(rows[i]).end(), to.row(i).begin());
  }
  return to;
}

}  // namespace

result<content_map> content_map::fit(matrix_view<const float> content, matrix_view<const float> factors,
                                     const std::vector<bool>& known, double lambda) {
  FRESHET_CHECK(content.rows() == factors.rows() && content.rows() == known.size());
  const auto rows = usable_rows(factors, known);
  if (rows.empty()) {
    return error{error_code::invalid_argument,
                 "content map: none of " + std::to_string(known.size()) +
                     " items has both a content vector and interactions; align the ids of the embeddings"};
  }
  const auto x = chosen(content, rows);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto row = x.row(i);
    if (std::all_of(row.begin(), row.end(), [](float value) { return std::isfinite(value); })) continue;
    return error{error_code::invalid_argument, "content map: the content vector of row " + std::to_string(rows[i]) +
                                                   " has a value that is not finite; make the embeddings again"};
  }
  FRESHET_ASSIGN(auto weights, ridge_regression(x.view(), chosen(factors, rows).view(), lambda));
  return content_map(std::move(weights));
}

std::vector<float> content_map::map(std::span<const float> content) const {
  FRESHET_CHECK(content.size() == content_size(), "a content vector of the length that was fitted");
  std::vector<float> factors(weights_.columns());
  for (std::size_t k = 0; k < content.size(); ++k) {
    best_kernels().add_scaled(content[k], weights_.row(k).data(), factors.data(), factors.size());
  }
  return factors;
}

}  // namespace freshet

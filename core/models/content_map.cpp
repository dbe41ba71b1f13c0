#include "core/models/content_map.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "core/linalg/kernels.hpp"
#include "core/linalg/ridge_regression.hpp"

namespace freshet {
namespace {

/// Rows that are gathered before they are added up.
constexpr std::size_t batch_rows = 512;

std::size_t width(const dense_scores& target) {
  return target.factors.columns() + (target.bias.empty() ? 0 : 1);
}

bool is_zero(std::span<const float> values) {
  return std::ranges::all_of(values, [](float value) { return value == 0; });
}

std::vector<std::size_t> rows_with_content(matrix_view<const float> content) {
  std::vector<std::size_t> rows;
  rows.reserve(content.rows());
  for (std::size_t row = 0; row < content.rows(); ++row) {
    if (!is_zero(content.row(row))) rows.push_back(row);
  }
  return rows;
}

/// Items to learn from: zero factors are those of items that nobody touched.
std::vector<std::size_t> usable_rows(std::span<const std::size_t> with_content, const dense_scores& target) {
  std::vector<std::size_t> rows;
  rows.reserve(with_content.size());
  for (const auto row : with_content) {
    if (!is_zero(target.factors.row(row)) || (!target.bias.empty() && target.bias[row] != 0)) rows.push_back(row);
  }
  return rows;
}

/// Side by side.
void copy_row(std::span<const dense_scores> targets, std::size_t row, std::span<float> to) {
  auto place = to.begin();
  for (const auto& target : targets) {
    place = std::ranges::copy(target.factors.row(row), place).out;
    if (!target.bias.empty()) *place++ = target.bias[row];
  }
}

matrix<float> columns_of(const matrix<float>& all, std::size_t first, std::size_t count) {
  matrix<float> some(all.rows(), count);
  for (std::size_t row = 0; row < all.rows(); ++row) {
    std::ranges::copy(all.row(row).subspan(first, count), some.row(row).begin());
  }
  return some;
}

}  // namespace

std::vector<result<content_map>> content_map::fit(matrix_view<const float> content,
                                                  std::span<const dense_scores> targets, double lambda) {
  const auto with_content = rows_with_content(content);
  std::vector<std::vector<std::size_t>> rows;
  for (const auto& target : targets) {
    FRESHET_CHECK(content.rows() == target.factors.rows());
    rows.push_back(usable_rows(with_content, target));
  }
  std::vector<result<content_map>> maps;
  for (std::size_t first = 0; first < targets.size();) {
    std::size_t end = first + 1;
    while (end < targets.size() && rows[end] == rows[first]) ++end;
    auto learnt = fit_together(content, targets.subspan(first, end - first), rows[first], lambda);
    for (std::size_t each = first; each < end; ++each) {
      if (learnt) {
        maps.emplace_back(std::move((*learnt)[each - first]));
      } else {
        maps.emplace_back(learnt.failure());
      }
    }
    first = end;
  }
  return maps;
}

result<std::vector<content_map>> content_map::fit_together(matrix_view<const float> content,
                                                           std::span<const dense_scores> targets,
                                                           std::span<const std::size_t> rows, double lambda) {
  if (rows.empty()) {
    return error{error_code::invalid_argument,
                 "content map: none of " + std::to_string(content.rows()) +
                     " items has both a content vector and interactions; align the ids of the embeddings"};
  }
  std::size_t columns = 0;
  for (const auto& target : targets) columns += width(target);
  ridge_regression regression({.x_columns = content.columns(), .y_columns = columns});
  matrix<float> x(std::min(batch_rows, rows.size()), content.columns()), y(x.rows(), columns);
  for (std::size_t first = 0; first < rows.size(); first += batch_rows) {
    const std::size_t count = std::min(batch_rows, rows.size() - first);
    for (std::size_t each = 0; each < count; ++each) {
      const auto row = rows[first + each];
      const auto of_item = content.row(row);
      if (!std::ranges::all_of(of_item, [](float value) { return std::isfinite(value); })) {
        return error{error_code::invalid_argument, "content map: the content vector of row " + std::to_string(row) +
                                                       " has a value that is not finite; make the embeddings again"};
      }
      std::ranges::copy(of_item, x.row(each).begin());
      copy_row(targets, row, y.row(each));
    }
    regression.add({x.values().data(), count, x.columns()}, {y.values().data(), count, y.columns()});
  }
  FRESHET_ASSIGN(const auto weights, regression.solve(lambda));
  std::vector<content_map> maps;
  std::size_t column = 0;
  for (const auto& target : targets) {
    maps.push_back(content_map(columns_of(weights, column, width(target))));
    column += width(target);
  }
  return maps;
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

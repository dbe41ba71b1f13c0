#include "core/models/hybrid/aligned_model.hpp"

#include <algorithm>

#include "core/base/check.hpp"

namespace freshet {
namespace {

void sort_by_item(taste& strengths) {
  std::sort(strengths.begin(), strengths.end(), [](const auto& a, const auto& b) { return a.item < b.item; });
}

float smallest(std::span<const float> values) {
  return values.empty() ? 0.0F : *std::min_element(values.begin(), values.end());
}

/// A query of the same shape that says nothing.
query silent(const item_scores& scores) {
  if (const auto* dense = std::get_if<dense_scores>(&scores)) {
    return dense_query{std::vector<float>(dense->factors.columns())};
  }
  if (std::holds_alternative<sparse_scores>(scores)) return sparse_query{};
  blend_query blended;
  if (const auto* blend = std::get_if<blend_scores>(&scores)) {
    for (const auto& part : blend->parts) blended.parts.push_back(silent(part));
    return blended;
  }
  return constant_query{};
}

std::vector<float> spread(std::span<const float> values, std::span<const item_row> rows, std::size_t items) {
  std::vector<float> aligned(items, smallest(values));
  for (std::size_t row = 0; row < values.size(); ++row) aligned[to_integer(rows[row])] = values[row];
  return aligned;
}

}  // namespace

aligned_model::aligned_model(std::shared_ptr<const model> inner, std::vector<item_row> rows, std::size_t items)
    : inner_(std::move(inner)), rows_(std::move(rows)), own_row_(items) {
  FRESHET_CHECK(rows_.size() == inner_->items(), "a row for every item of the model");
  for (std::size_t row = 0; row < rows_.size(); ++row) {
    auto& own = own_row_[to_integer(rows_[row])];
    FRESHET_CHECK(!own, "two items of a model in one row");
    own = item_row{static_cast<std::uint32_t>(row)};
  }
  scores_.view = align(inner_->scores(), scores_);
  similarity_.view = align(inner_->similarity_scores(), similarity_);
}

item_scores aligned_model::align(const item_scores& scores, owned_scores& into) const {
  if (const auto* constant = std::get_if<constant_scores>(&scores)) {
    return constant_scores{into.values.emplace_back(spread(constant->scores, rows_, items()))};
  }
  if (const auto* sparse = std::get_if<sparse_scores>(&scores)) return align(*sparse, into);
  if (const auto* blend = std::get_if<blend_scores>(&scores)) {
    blend_scores aligned{.parts = {}, .weights = blend->weights};
    for (const auto& part : blend->parts) aligned.parts.push_back(align(part, into));
    return aligned;
  }
  const auto& dense = std::get<dense_scores>(scores);
  auto& factors = into.factors.emplace_back(items(), dense.factors.columns());
  for (std::size_t row = 0; row < rows_.size(); ++row) {
    std::ranges::copy(dense.factors.row(row), factors.row(to_integer(rows_[row])).begin());
  }
  dense_scores aligned{.factors = factors.view(), .bias = {}};
  if (!dense.bias.empty()) aligned.bias = into.values.emplace_back(spread(dense.bias, rows_, items()));
  return aligned;
}

sparse_scores aligned_model::align(const sparse_scores& scores, owned_scores& into) const {
  const auto& rows = scores.rows;
  auto& offsets = into.offsets.emplace_back(1, 0);
  auto& columns = into.columns.emplace_back();
  auto& values = into.values.emplace_back();
  std::vector<weighted<item_row>> row;
  for (const auto& own : own_row_) {
    row.clear();
    if (own) {
      const auto begin = rows.offsets[to_integer(*own)];
      for (auto j = begin; j < rows.offsets[to_integer(*own) + 1]; ++j) {
        row.push_back({rows_[rows.columns.empty() ? j - begin : to_integer(rows.columns[j])], rows.values[j]});
      }
      sort_by_item(row);
    }
    for (const auto& [column, value] : row) {
      columns.push_back(column);
      values.push_back(value);
    }
    offsets.push_back(values.size());
  }
  return {{.offsets = offsets, .columns = columns, .values = values}};
}

user_interactions aligned_model::told(const user_interactions& user) const {
  user_interactions known;
  for (const auto& [item, strength] : user.strengths) {
    if (const auto own = own_row_[to_integer(item)]) known.strengths.push_back({*own, strength});
  }
  sort_by_item(known.strengths);
  for (auto event : user.sequence) {
    const auto own = own_row_[to_integer(event.item)];
    if (!own) continue;
    event.item = *own;
    known.sequence.push_back(event);
  }
  return known;
}

query aligned_model::translated(query asked) const {
  if (auto* sparse = std::get_if<sparse_query>(&asked)) {
    for (auto& each : sparse->weights) each.item = rows_[to_integer(each.item)];
    sort_by_item(sparse->weights);
  } else if (auto* blend = std::get_if<blend_query>(&asked)) {
    for (auto& part : blend->parts) part = translated(std::move(part));
  }
  return asked;
}

query aligned_model::fold_in(const user_interactions& user) const {
  return translated(inner_->fold_in(told(user)));
}

query aligned_model::similar_to(item_row item) const {
  const auto own = own_row_[to_integer(item)];
  return own ? translated(inner_->similar_to(*own)) : silent(similarity_.view);
}

std::vector<contribution> aligned_model::explain(const user_interactions& user, item_row item) const {
  std::vector<contribution> contributions;
  for (const auto& each : user.strengths) contributions.push_back({each.item, 0});
  const auto own = own_row_[to_integer(item)];
  if (!own) return contributions;
  const auto known = inner_->explain(told(user), *own);
  for (auto& each : contributions) {
    const auto row = own_row_[to_integer(each.item)];
    const auto found = std::find_if(known.begin(), known.end(), [&](const auto& one) { return one.item == row; });
    if (row && found != known.end()) each.amount = found->amount;
  }
  return contributions;
}

std::shared_ptr<const model> align(std::shared_ptr<const model> inner, std::vector<item_row> rows, std::size_t items) {
  bool same = rows.size() == items;
  for (std::size_t row = 0; same && row < items; ++row) same = to_integer(rows[row]) == row;
  if (same) return inner;
  return std::make_shared<aligned_model>(std::move(inner), std::move(rows), items);
}

}  // namespace freshet

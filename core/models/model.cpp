#include "core/models/model.hpp"

#include <algorithm>

#include "core/linalg/kernels.hpp"

namespace freshet {
namespace {

float weight_of(const sparse_rows_view& rows, item_row from, item_row to) {
  if (rows.holds_every_column()) return rows.values[to_integer(from) * rows.items() + to_integer(to)];
  float sum = 0;
  for (std::uint64_t j = rows.offsets[to_integer(from)]; j < rows.offsets[to_integer(from) + 1]; ++j) {
    if (rows.columns[j] == to) sum += rows.values[j];
  }
  return sum;
}

user_interactions without(const user_interactions& user, item_row item) {
  user_interactions rest = user;
  std::erase_if(rest.strengths, [&](const auto& each) { return each.item == item; });
  std::erase_if(rest.sequence, [&](const auto& each) { return each.item == item; });
  return rest;
}

}  // namespace

float score_of(const item_scores& scores, const query& asked, item_row item) {
  const std::size_t row = to_integer(item);
  if (const auto* constant = std::get_if<constant_scores>(&scores)) return constant->scores[row];
  if (const auto* dense = std::get_if<dense_scores>(&scores)) {
    const auto& factors = std::get<dense_query>(asked).factors;
    const float product = best_kernels().dot(factors.data(), dense->factors.row(row).data(), factors.size());
    return dense->bias.empty() ? product : product + dense->bias[row];
  }
  float sum = 0;
  if (const auto* blend = std::get_if<blend_scores>(&scores)) {
    const auto& parts = std::get<blend_query>(asked).parts;
    for (std::size_t p = 0; p < parts.size(); ++p) sum += blend->weights[p] * score_of(blend->parts[p], parts[p], item);
    return sum;
  }
  const auto& rows = std::get<sparse_scores>(scores).rows;
  for (const auto& [from, strength] : std::get<sparse_query>(asked).weights) {
    sum += strength * weight_of(rows, from, item);
  }
  return sum;
}

std::vector<contribution> model::explain(const user_interactions& user, item_row item) const {
  const auto all = scores();
  const float score = score_of(all, fold_in(user), item);
  std::vector<contribution> contributions;
  contributions.reserve(user.strengths.size());
  for (const auto& each : user.strengths) {
    contributions.push_back({each.item, score - score_of(all, fold_in(without(user, each.item)), item)});
  }
  return contributions;
}

}  // namespace freshet

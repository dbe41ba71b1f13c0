#include "core/evaluation/list_quality.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/base/check.hpp"

namespace freshet {
namespace {

constexpr std::size_t diverse_lists_max = 1'000;

double cosine(std::span<const float> a, std::span<const float> b) {
  double product = 0, of_a = 0, of_b = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    product += double{a[i]} * b[i];
    of_a += double{a[i]} * a[i];
    of_b += double{b[i]} * b[i];
  }
  return of_a == 0 || of_b == 0 ? 0 : product / std::sqrt(of_a * of_b);
}

double length_of(const interaction_matrix::row_view& row) {
  double squares = 0;
  for (const double value : row.values) squares += value * value;
  return std::sqrt(squares);
}

/// Calls both(i, j) for the places of columns that two rows share.
template <class Both>
void for_each_shared(const interaction_matrix::row_view& a, const interaction_matrix::row_view& b, Both both) {
  for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    if (a.columns[i] == b.columns[j]) {
      both(i++, j++);
    } else if (a.columns[i] < b.columns[j]) {
      ++i;
    } else {
      ++j;
    }
  }
}

double cosine(const interaction_matrix::row_view& a, const interaction_matrix::row_view& b) {
  double product = 0;
  for_each_shared(a, b, [&](std::size_t i, std::size_t j) { product += double{a.values[i]} * b.values[j]; });
  const double lengths = length_of(a) * length_of(b);
  return lengths == 0 ? 0 : product / lengths;
}

double jaccard(const interaction_matrix::row_view& a, const interaction_matrix::row_view& b) {
  std::size_t shared = 0;
  for_each_shared(a, b, [&](std::size_t, std::size_t) { ++shared; });
  const std::size_t either = a.size() + b.size() - shared;
  return either == 0 ? 0 : static_cast<double>(shared) / static_cast<double>(either);
}

/// Share of the values that are smaller; equal ones count half, an item itself not at all.
std::vector<double> percentiles(const std::vector<std::size_t>& counts) {
  std::vector<std::size_t> sorted = counts;
  std::ranges::sort(sorted);
  std::vector<double> shares;
  const double others = std::max(1.0, static_cast<double>(counts.size()) - 1);
  for (const auto count : counts) {
    const auto equal = std::ranges::equal_range(sorted, count);
    const auto below = static_cast<double>(equal.begin() - sorted.begin());
    shares.push_back((below + (static_cast<double>(equal.size()) - 1) / 2) / others);
  }
  return shares;
}

/// Source: Brown 1994: sum over i of (2 i - n - 1) x_i / (n sum x), x ascending, i from 1.
double gini_of(std::vector<std::size_t> counts) {
  std::ranges::sort(counts);
  double sum = 0, weighted_sum = 0;
  const auto n = static_cast<double>(counts.size());
  for (std::size_t i = 0; i < counts.size(); ++i) {
    sum += static_cast<double>(counts[i]);
    weighted_sum += (2 * static_cast<double>(i + 1) - n - 1) * static_cast<double>(counts[i]);
  }
  return sum == 0 ? 0 : weighted_sum / (n * sum);
}

}  // namespace

list_judge::list_judge(const training_data& data, std::size_t items) : data_(data), items_(items) {
  FRESHET_CHECK(items >= data.strengths.columns());
  users_of_item_ = data.strengths.transposed();
  std::vector<std::size_t> counts(items);
  for (std::size_t item = 0; item < users_of_item_.rows(); ++item) counts[item] = users_of_item_.row(item).size();
  const auto whole = static_cast<double>(data.strengths.entries() + items);
  for (const auto count : counts) novelty_.push_back(-std::log2((static_cast<double>(count) + 1) / whole));
  percentile_ = percentiles(counts);
}

double list_judge::likeness(item_row a, item_row b) const {
  const std::size_t first = to_integer(a), second = to_integer(b);
  if (data_.embeddings) {
    const auto& vectors = data_.embeddings->vectors;
    if (first >= vectors.rows() || second >= vectors.rows()) return 0;
    return cosine(vectors.row(first), vectors.row(second));
  }
  const auto& rows = data_.features ? data_.features->values : users_of_item_;
  if (first >= rows.rows() || second >= rows.rows()) return 0;
  return data_.features ? cosine(rows.row(first), rows.row(second)) : jaccard(rows.row(first), rows.row(second));
}

double list_judge::diversity_of(std::span<const scored_row> list) const {
  double unlike = 0;
  for (std::size_t i = 0; i < list.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) unlike += 1 - likeness(list[i].row, list[j].row);
  }
  return unlike / (static_cast<double>(list.size() * (list.size() - 1)) / 2);
}

list_quality list_judge::judge(std::span<const std::vector<scored_row>> lists, std::size_t k) const {
  list_quality quality;
  std::vector<std::size_t> shown(items_);
  const std::size_t step = std::max<std::size_t>(1, lists.size() / diverse_lists_max);
  std::size_t listed = 0, diverse = 0;
  for (std::size_t i = 0; i < lists.size(); ++i) {
    const auto list = std::span(lists[i]).first(std::min(k, lists[i].size()));
    for (const auto& each : list) {
      const std::size_t row = to_integer(each.row);
      ++shown[row];
      quality.novelty += novelty_[row];
      quality.popularity += percentile_[row];
    }
    listed += list.size();
    if (i % step != 0 || list.size() < 2) continue;
    quality.diversity += diversity_of(list);
    ++diverse;
  }
  if (listed == 0) return {};
  quality.novelty /= static_cast<double>(listed);
  quality.popularity /= static_cast<double>(listed);
  if (diverse > 0) quality.diversity /= static_cast<double>(diverse);
  const auto covered = shown.size() - static_cast<std::size_t>(std::ranges::count(shown, 0U));
  quality.coverage = static_cast<double>(covered) / static_cast<double>(items_);
  quality.gini = gini_of(std::move(shown));
  return quality;
}

}  // namespace freshet

#include "core/data/interaction_matrix.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/base/check.hpp"
#include "core/base/hash.hpp"

namespace freshet {
namespace {

template <class T>
std::string_view bytes_of(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

}  // namespace

void interaction_matrix::add_row(std::span<const weighted<item_row>> taste) {
  std::size_t width = 0;
  for (const auto& [item, strength] : taste) {
    const std::size_t column = to_integer(item);
    FRESHET_CHECK(column >= width, "a taste ascends by item");
    FRESHET_CHECK(strength > 0 && std::isfinite(strength), "strengths are finite and above 0");
    width = column + 1;
    columns_.push_back(to_integer(item));
    values_.push_back(strength);
  }
  offsets_.push_back(columns_.size());
  widen(width);
}

void interaction_matrix::widen(std::size_t columns) {
  column_count_ = std::max(column_count_, columns);
}

std::vector<weighted<item_row>> interaction_matrix::taste_of(user_row user) const {
  const auto entries = row(to_integer(user));
  std::vector<weighted<item_row>> taste(entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i) taste[i] = {item_row{entries.columns[i]}, entries.values[i]};
  return taste;
}

interaction_matrix interaction_matrix::transposed() const {
  interaction_matrix result;
  result.column_count_ = rows();
  result.columns_.resize(entries());
  result.values_.resize(entries());
  result.offsets_.assign(column_count_ + 1, 0);
  for (const auto column : columns_) ++result.offsets_[column + 1];
  std::partial_sum(result.offsets_.begin(), result.offsets_.end(), result.offsets_.begin());

  std::vector<std::uint64_t> next(result.offsets_.begin(), result.offsets_.end() - 1);
  for (std::size_t index = 0; index < rows(); ++index) {
    const auto entries_of_row = row(index);
    for (std::size_t i = 0; i < entries_of_row.size(); ++i) {
      const auto place = next[entries_of_row.columns[i]]++;
      result.columns_[place] = static_cast<std::uint32_t>(index);
      result.values_[place] = entries_of_row.values[i];
    }
  }
  return result;
}

std::uint64_t interaction_matrix::hash() const {
  const auto structure = hash_combine(hash64(bytes_of(offsets_)), hash64(bytes_of(columns_)));
  return hash_combine(hash_combine(structure, hash64(bytes_of(values_))), column_count_);
}

}  // namespace freshet

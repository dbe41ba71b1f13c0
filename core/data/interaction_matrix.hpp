// What:   who interacted with what and how strongly, as a compressed sparse row matrix.
// Shapes: [users x items], or [items x users] once transposed; offsets [rows + 1], columns and values [entries];
//         columns ascend within a row; values are finite and > 0.
// Units:  values are strengths (history.hpp).
// Limits: fewer than 2^32 rows and columns.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/base/strong_id.hpp"
#include "core/data/history.hpp"

namespace freshet {

class interaction_matrix {
 public:
  interaction_matrix() : offsets_{0} {}

  std::size_t rows() const { return offsets_.size() - 1; }
  std::size_t columns() const { return column_count_; }
  std::size_t entries() const { return columns_.size(); }

  struct row_view {
    std::span<const std::uint32_t> columns;
    std::span<const float> values;
    std::size_t size() const { return columns.size(); }
  };
  row_view row(std::size_t index) const {
    const auto first = offsets_[index];
    const auto count = offsets_[index + 1] - first;
    return {{columns_.data() + first, count}, {values_.data() + first, count}};
  }

  std::span<const std::uint64_t> offsets() const { return offsets_; }
  std::span<const std::uint32_t> column_indices() const { return columns_; }
  std::span<const float> values() const { return values_; }

  /// Appends a row; `taste` ascends by item, strengths are finite and > 0. The matrix grows to the widest item seen.
  void add_row(std::span<const weighted<item_row>> taste);
  /// Makes room for items that nobody touched; never narrows.
  void widen(std::size_t columns);

  /// Entries of a row as a taste, for a [users x items] matrix.
  std::vector<weighted<item_row>> taste_of(user_row user) const;

  /// Cost: one pass; memory of a second matrix.
  interaction_matrix transposed() const;

  /// Identity of the content, for the metadata of what was made from it.
  std::uint64_t hash() const;

 private:
  std::vector<std::uint64_t> offsets_;
  std::vector<std::uint32_t> columns_;
  std::vector<float> values_;
  std::size_t column_count_ = 0;
};

}  // namespace freshet

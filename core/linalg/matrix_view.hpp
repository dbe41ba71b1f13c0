// What:   a row-major matrix that somebody else owns, and one that owns itself.
// Shapes: `rows` x `columns`; consecutive rows are `stride` elements apart.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/base/check.hpp"

namespace freshet {

template <class T>
class matrix_view {
 public:
  matrix_view() = default;
  matrix_view(T* data, std::size_t rows, std::size_t columns, std::size_t stride)
      : data_(data), rows_(rows), columns_(columns), stride_(stride) {
    FRESHET_CHECK(stride >= columns);
  }
  matrix_view(T* data, std::size_t rows, std::size_t columns) : matrix_view(data, rows, columns, columns) {}
  /// A mutable view is readable too.
  operator matrix_view<const T>() const { return {data_, rows_, columns_, stride_}; }  // NOLINT: implicit on purpose

  T* data() const { return data_; }
  std::size_t rows() const { return rows_; }
  std::size_t columns() const { return columns_; }
  std::size_t stride() const { return stride_; }
  std::span<T> row(std::size_t index) const { return {data_ + index * stride_, columns_}; }

 private:
  T* data_ = nullptr;
  std::size_t rows_ = 0;
  std::size_t columns_ = 0;
  std::size_t stride_ = 0;
};

/// Zero-initialised, rows back to back.
template <class T>
class matrix {
 public:
  matrix() = default;
  matrix(std::size_t rows, std::size_t columns) : values_(rows * columns), rows_(rows), columns_(columns) {}

  matrix_view<T> view() { return {values_.data(), rows_, columns_}; }
  matrix_view<const T> view() const { return {values_.data(), rows_, columns_}; }
  std::span<T> row(std::size_t index) { return view().row(index); }
  std::span<const T> row(std::size_t index) const { return view().row(index); }
  std::size_t rows() const { return rows_; }
  std::size_t columns() const { return columns_; }
  std::vector<T>& values() { return values_; }

  /// Room for more rows: as long as it lasts, `append` moves none of those there are.
  void reserve(std::size_t rows) { values_.reserve(rows * columns_); }
  void append(matrix_view<const T> more) {
    FRESHET_CHECK(more.columns() == columns_, "rows as long as those there are");
    for (std::size_t row = 0; row < more.rows(); ++row) {
      values_.insert(values_.end(), more.row(row).begin(), more.row(row).end());
    }
    rows_ += more.rows();
  }
  const std::vector<T>& values() const { return values_; }

 private:
  std::vector<T> values_;
  std::size_t rows_ = 0;
  std::size_t columns_ = 0;
};

}  // namespace freshet

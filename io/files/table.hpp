// What:  a file of rows and named columns, CSV or Parquet, as a stream of rows of cells.
// Why:   what a column means (event_row, item_row) is written once for both.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "io/files/cell.hpp"
#include "io/files/input_stream.hpp"

namespace freshet {

/// Why a row of the file is no row: a label for counting and a sentence.
struct row_problem {
  std::string_view kind;
  std::string reason;
};

class table {
 public:
  virtual ~table() = default;
  virtual const std::vector<std::string>& columns() const = 0;

  /// Which columns are asked for, before the first `next`; the cells of the others may stay empty.
  virtual status select(std::span<const std::size_t> columns) = 0;
  /// Moves to the next row; false at the end. What the row gives out is valid until the next call.
  virtual result<bool> next() = 0;
  /// One cell a column, unless there is a problem.
  virtual std::span<const cell> cells() const = 0;
  virtual const row_problem* problem() const = 0;
  /// Line of a text file, or row number from 1.
  virtual std::uint64_t line() const = 0;
  /// The row as it stands in the file, or rendered as JSON.
  virtual std::string bytes() const = 0;

  virtual std::uint64_t bytes_read() const = 0;
  virtual std::uint64_t bytes_total() const = 0;
};

/// `name` is what errors call the file. Errors: corrupted when there is no header line.
[[nodiscard]] result<std::unique_ptr<table>> open_csv_table(std::unique_ptr<input_stream> input, std::string name);

}  // namespace freshet

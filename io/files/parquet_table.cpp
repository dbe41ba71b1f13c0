#include "io/files/parquet_table.hpp"

#include <algorithm>

#include "core/base/text.hpp"
#include "io/files/file_descriptor.hpp"
#include "io/files/parquet_library.hpp"

namespace freshet {
namespace {

class parquet_table final : public table {
 public:
  parquet_table(std::unique_ptr<parquet_source> source, std::uint64_t file_bytes)
      : source_(std::move(source)), file_bytes_(file_bytes) {
    for (const auto& field : source_->fields()) columns_.push_back(field.name);
    cells_.resize(columns_.size());
  }

  const std::vector<std::string>& columns() const override { return columns_; }

  status select(std::span<const std::size_t> columns) override {
    selected_.assign(columns.begin(), columns.end());
    return source_->select(columns);
  }

  result<bool> next() override {
    if (++row_of_batch_ >= batch_rows_) {
      FRESHET_ASSIGN(batch_rows_, source_->next(batch_));
      row_of_batch_ = 0;
      if (batch_rows_ == 0) return false;
    }
    ++row_;
    for (std::size_t at = 0; at < selected_.size(); ++at) cells_[selected_[at]] = cell_of(batch_[at], row_of_batch_);
    return true;
  }

  std::span<const cell> cells() const override { return cells_; }
  const row_problem* problem() const override { return nullptr; }
  std::uint64_t line() const override { return row_; }
  std::string bytes() const override {
    std::string out = "{";
    for (const std::size_t column : selected_) {
      if (out.size() > 1) out += ',';
      append_json_string(out, columns_[column]);
      out += ':';
      append_json(out, cells_[column]);
    }
    return out + "}";
  }

  /// In proportion to the rows: the pages of several columns are read here and there.
  std::uint64_t bytes_read() const override {
    const auto rows = std::max<std::uint64_t>(1, source_->rows());
    return static_cast<std::uint64_t>(static_cast<double>(file_bytes_) * static_cast<double>(std::min(row_, rows)) /
                                      static_cast<double>(rows));
  }
  std::uint64_t bytes_total() const override { return file_bytes_; }

 private:
  static cell cell_of(const parquet_column& column, std::size_t row) {
    if (!column.is_valid[row]) return {};
    switch (column.kind) {
      case parquet_kind::boolean:
        return column.integers[row] != 0;
      case parquet_kind::integer:
        return column.integers[row];
      case parquet_kind::real:
        return column.reals[row];
      case parquet_kind::text:
        return column.texts[row];
      case parquet_kind::time:
        return cell_time{column.integers[row]};
    }
    return {};
  }
  static void append_json(std::string& out, const cell& value) {
    const bool is_bare = std::holds_alternative<std::int64_t>(value) || std::holds_alternative<double>(value) ||
                         std::holds_alternative<bool>(value);
    if (std::holds_alternative<std::monostate>(value)) {
      out += "null";
    } else if (is_bare) {
      out += text_of(value);
    } else {
      append_json_string(out, text_of(value));
    }
  }

  std::unique_ptr<parquet_source> source_;
  std::uint64_t file_bytes_;
  std::vector<std::string> columns_;
  std::vector<std::size_t> selected_;
  std::vector<cell> cells_;
  std::vector<parquet_column> batch_;
  std::size_t batch_rows_ = 0;
  std::size_t row_of_batch_ = 0;
  std::uint64_t row_ = 0;
};

}  // namespace

result<std::unique_ptr<table>> open_parquet_table(const std::string& path) {
  if (path == "-") {
    return error{error_code::unsupported,
                 "Parquet cannot be read from standard input, for its directory stands at the end; give the file"};
  }
  // For its sentences; Arrow opens the file itself.
  FRESHET_TRY(open_for_reading(path));
  FRESHET_ASSIGN(const auto* library, load_parquet_library());
  FRESHET_ASSIGN(auto source, library->open(path));
  std::error_code failure;
  const auto bytes = std::filesystem::file_size(path, failure);
  return std::unique_ptr<table>(new parquet_table(std::move(source), failure ? 0 : bytes));
}

}  // namespace freshet

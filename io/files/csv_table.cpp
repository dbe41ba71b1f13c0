#include <utility>

#include "core/base/text.hpp"
#include "io/files/csv_splitter.hpp"
#include "io/files/table.hpp"

namespace freshet {
namespace {

class csv_table final : public table {
 public:
  csv_table(std::unique_ptr<input_stream> input, std::string name)
      : name_(std::move(name)), splitter_(std::move(input)) {}

  status read_header() {
    FRESHET_ASSIGN(const bool has_header, splitter_.next());
    if (!has_header) return refuse("is empty; a CSV file starts with a line that names its columns");
    const auto& header = splitter_.record();
    if (!header.problem.empty()) return refuse("has no readable header line: " + std::string(header.problem));
    for (const auto& column : header.fields) {
      if (has_control_characters(column) || !is_utf8(column)) {
        return refuse("does not start with a header line in UTF-8 (column name " + in_quotes(column) +
                      "); is it a CSV file?");
      }
      columns_.emplace_back(column);
    }
    return success{};
  }

  const std::vector<std::string>& columns() const override { return columns_; }
  status select(std::span<const std::size_t>) override { return success{}; }

  result<bool> next() override {
    FRESHET_ASSIGN(const bool has_row, splitter_.next());
    if (!has_row) return false;
    const auto& record = splitter_.record();
    problem_ = {};
    cells_.assign(record.fields.begin(), record.fields.end());
    if (!record.problem.empty()) {
      problem_ = {"bad_csv", std::string(record.problem)};
    } else if (record.fields.size() != columns_.size()) {
      problem_ = {"wrong_field_count", "has " + std::to_string(record.fields.size()) +
                                           " fields where the header names " + std::to_string(columns_.size()) +
                                           " columns; put fields that hold commas in quotes"};
    }
    return true;
  }

  std::span<const cell> cells() const override { return cells_; }
  const row_problem* problem() const override { return problem_.kind.empty() ? nullptr : &problem_; }
  std::uint64_t line() const override { return splitter_.record().line; }
  std::string bytes() const override { return std::string(splitter_.record().bytes); }
  std::uint64_t bytes_read() const override { return splitter_.input().bytes_read(); }
  std::uint64_t bytes_total() const override { return splitter_.input().bytes_total(); }

 private:
  error refuse(const std::string& why) const { return error{error_code::corrupted, name_ + " " + why}; }

  std::string name_;
  csv_splitter splitter_;
  std::vector<std::string> columns_;
  std::vector<cell> cells_;
  row_problem problem_;
};

}  // namespace

result<std::unique_ptr<table>> open_csv_table(std::unique_ptr<input_stream> input, std::string name) {
  auto opened = std::make_unique<csv_table>(std::move(input), std::move(name));
  FRESHET_TRY(opened->read_header());
  return std::unique_ptr<table>(std::move(opened));
}

}  // namespace freshet

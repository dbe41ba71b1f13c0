#include "io/files/table_reader.hpp"

#include "io/files/event_row.hpp"

namespace freshet {
namespace {

bad_row bad_row_of(const table& rows, std::string_view kind, std::string reason) {
  return bad_row{.line = rows.line(), .reason = std::move(reason), .bytes = rows.bytes(), .kind = kind};
}

/// `Parser::parse` gives a Row or why there is none.
template <class Row, class Parser>
class table_reader final : public row_reader<Row> {
 public:
  using row = typename row_reader<Row>::row;
  table_reader(std::unique_ptr<table> rows, Parser parser) : rows_(std::move(rows)), parser_(std::move(parser)) {}

  result<std::optional<row>> next() override {
    FRESHET_ASSIGN(const bool has_row, rows_->next());
    std::optional<row> found;
    if (has_row) found.emplace(current());
    return found;
  }
  std::uint64_t bytes_read() const override { return rows_->bytes_read(); }
  std::uint64_t bytes_total() const override { return rows_->bytes_total(); }

 private:
  row current() {
    if (const auto* problem = rows_->problem()) return refused(*problem);
    auto parsed = parser_.parse(rows_->cells());
    if (auto* good = std::get_if<Row>(&parsed)) return std::move(*good);
    return refused(std::get<1>(parsed));
  }
  bad_row refused(const rejection& why) const { return bad_row_of(*rows_, to_string(why.reason), why.message); }
  bad_row refused(const row_problem& why) const { return bad_row_of(*rows_, why.kind, why.reason); }

  std::unique_ptr<table> rows_;
  Parser parser_;
};

template <class Fields>
std::vector<std::size_t> columns_of(const Fields& fields) {
  std::vector<std::size_t> columns;
  for (const auto& column : fields) {
    if (column) columns.push_back(*column);
  }
  return columns;
}

}  // namespace

result<std::unique_ptr<event_reader>> read_events(std::unique_ptr<table> rows, const read_options& options,
                                                  const clock& time, std::string_view name) {
  FRESHET_ASSIGN(const auto columns, bind_event_columns(rows->columns(), options.columns, name));
  FRESHET_TRY(rows->select(columns_of(columns)));
  return std::unique_ptr<event_reader>(
      new table_reader<event, event_row_parser>(std::move(rows), event_row_parser(columns, time)));
}

result<std::unique_ptr<item_reader>> read_items(std::unique_ptr<table> rows, const read_options& options,
                                                text_attributes texts, std::string_view name) {
  FRESHET_ASSIGN(auto columns, bind_item_columns(rows->columns(), options.columns, options.ignored_columns, name));
  auto selected = columns_of(columns.fields);
  selected.insert(selected.end(), columns.attributes.begin(), columns.attributes.end());
  FRESHET_TRY(rows->select(selected));
  item_row_parser parser(std::move(columns), rows->columns(), texts);
  return std::unique_ptr<item_reader>(new table_reader<item, item_row_parser>(std::move(rows), std::move(parser)));
}

}  // namespace freshet

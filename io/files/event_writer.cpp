#include "io/files/event_writer.hpp"

#include <array>
#include <charconv>
#include <string>
#include <utility>
#include <vector>

#include "io/events/event_codec.hpp"
#include "io/files/atomic_file.hpp"
#include "io/files/csv_writer.hpp"
#include "io/files/output_file.hpp"
#include "io/files/parquet_library.hpp"

namespace freshet {
namespace {

class parquet_event_writer final : public event_writer {
 public:
  explicit parquet_event_writer(atomic_file file) : file_(std::move(file)) {}

  status open(const parquet_write_options& options) {
    FRESHET_ASSIGN(const auto* library, load_parquet_library());
    static constexpr auto text = parquet_type::text;
    const std::array<parquet_write_field, 10> fields{{{"user_id", text},
                                                      {"item_id", text},
                                                      {"ts", parquet_type::int64},
                                                      {"qty", parquet_type::int32},
                                                      {"event_type", text},
                                                      {"value", parquet_type::float32},
                                                      {"event_id", text},
                                                      {"session_id", text},
                                                      {"recommendation_id", text},
                                                      {"properties", text}}};
    FRESHET_ASSIGN(sink_, library->create(file_.temporary_path(), fields, options));
    return success{};
  }

  status add(const event& value) override {
    waiting_.push_back(value);
    return waiting_.size() < rows_at_once ? status(success{}) : write();
  }
  status finish() override {
    FRESHET_TRY(write());
    FRESHET_TRY(sink_->close());
    return file_.commit();
  }

 private:
  static constexpr std::size_t rows_at_once = 10'000;

  status write() {
    std::vector<parquet_column> columns;
    add_texts(columns, &event::user_id);
    add_texts(columns, &event::item_id);
    add_integers(columns, [](const event& row) { return row.ts; });
    add_integers(columns, [](const event& row) { return std::int64_t{row.qty}; });
    add_texts(columns, &event::event_type);
    add_values(columns);
    for (const auto member : {&event::event_id, &event::session_id, &event::recommendation_id, &event::properties}) {
      add_texts(columns, member);
    }
    FRESHET_TRY(sink_->write(columns, waiting_.size()));
    waiting_.clear();
    return success{};
  }
  void add_texts(std::vector<parquet_column>& columns, std::string event::*member) const {
    auto& column = columns.emplace_back(parquet_column{.kind = parquet_kind::text});
    for (const auto& row : waiting_) {
      column.texts.push_back(row.*member);
      column.is_valid.push_back(!(row.*member).empty());
    }
  }
  template <class Read>
  void add_integers(std::vector<parquet_column>& columns, Read read) const {
    auto& column = columns.emplace_back(parquet_column{.kind = parquet_kind::integer});
    for (const auto& row : waiting_) column.integers.push_back(read(row));
    column.is_valid.assign(waiting_.size(), 1);
  }
  void add_values(std::vector<parquet_column>& columns) const {
    auto& column = columns.emplace_back(parquet_column{.kind = parquet_kind::real});
    for (const auto& row : waiting_) {
      column.reals.push_back(static_cast<double>(row.value.value_or(0)));
      column.is_valid.push_back(row.value.has_value());
    }
  }

  atomic_file file_;
  std::unique_ptr<parquet_sink> sink_;
  std::vector<event> waiting_;
};

/// The shortest text that reads back as the same float.
std::string decimal(std::optional<float> number) {
  if (!number) return {};
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, *number).ptr};
}

class text_event_writer final : public event_writer {
 public:
  text_event_writer(std::unique_ptr<output_file> file, file_format format) : file_(std::move(file)), format_(format) {
    static constexpr auto header =
        std::to_array<std::string_view>({"user_id", "item_id", "ts", "qty", "event_type", "value", "event_id",
                                         "session_id", "recommendation_id", "properties"});
    if (format_ == file_format::csv) append_csv_record(waiting_, header);
  }

  status add(const event& value) override {
    if (format_ == file_format::csv) {
      const std::string ts = std::to_string(value.ts), qty = std::to_string(value.qty), number = decimal(value.value);
      append_csv_record(waiting_, std::array<std::string_view, 10>{
                                      value.user_id, value.item_id, ts, qty, value.event_type, number, value.event_id,
                                      value.session_id, value.recommendation_id, value.properties});
    } else {
      waiting_ += encode(value);
      waiting_ += '\n';
    }
    return waiting_.size() < bytes_at_once ? status(success{}) : write();
  }
  status finish() override {
    FRESHET_TRY(write());
    return file_->commit();
  }

 private:
  static constexpr std::size_t bytes_at_once = 1 << 20;

  status write() {
    FRESHET_TRY(file_->write(waiting_));
    waiting_.clear();
    return success{};
  }

  std::unique_ptr<output_file> file_;
  file_format format_;
  std::string waiting_;
};

}  // namespace

result<std::unique_ptr<event_writer>> create_event_writer(const std::filesystem::path& path,
                                                          const parquet_write_options& options) {
  FRESHET_ASSIGN(auto file, atomic_file::create(path));
  auto writer = std::make_unique<parquet_event_writer>(std::move(file));
  FRESHET_TRY(writer->open(options));
  return std::unique_ptr<event_writer>(std::move(writer));
}

result<std::unique_ptr<event_writer>> create_event_writer_by_name(const std::filesystem::path& path) {
  const auto format = format_of(path.string());
  const auto ending = path.extension();
  if (!format || ending == ".xz" || (format == file_format::parquet && ending != ".parquet")) {
    return error{error_code::invalid_argument,
                 path.string() +
                     " does not say how to write it; end it in .parquet, .csv or .ndjson, the last two "
                     "also with .gz or .zst"};
  }
  if (format == file_format::parquet) return create_event_writer(path);
  FRESHET_ASSIGN(auto file, create_output_file(path));
  return std::unique_ptr<event_writer>(new text_event_writer(std::move(file), *format));
}

}  // namespace freshet

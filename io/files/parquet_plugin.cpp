// The only source that knows Apache Arrow (with arrow_column.hpp; it takes half a minute to compile for it).
#include "io/files/parquet_plugin.hpp"

#include <arrow/api.h>
#include <arrow/io/file.h>
#include <parquet/arrow/reader.h>
#include <parquet/arrow/schema.h>
#include <parquet/arrow/writer.h>
#include <parquet/exception.h>
#include <parquet/properties.h>

#include <algorithm>
#include <deque>
#include <exception>
#include <optional>

#include "io/files/arrow_column.hpp"

namespace freshet {
namespace {

constexpr std::int64_t batch_rows = 65'536;

/// malloc, not Arrow's own allocator: the sanitizers see it, and one allocator's free memory is enough.
arrow::MemoryPool* pool() {
  return arrow::system_memory_pool();
}

error failed(const std::filesystem::path& path, const arrow::Status& why, std::string_view what) {
  const auto code = why.IsNotImplemented() ? error_code::unsupported
                    : why.IsIOError()      ? error_code::corrupted
                    : why.IsOutOfMemory()  ? error_code::exhausted
                                           : error_code::corrupted;
  return error{code, std::string(what) + " " + path.string() + ": " + why.message()};
}

/// Calls Arrow; what it throws in spite of its Status becomes one.
template <class Function>
auto guarded(Function function) -> decltype(function()) {
  try {
    return function();
  } catch (const std::exception& thrown) {
    return arrow::Status::Invalid(thrown.what());
  }
}

class file_source final : public parquet_source {
 public:
  explicit file_source(std::filesystem::path path) : path_(std::move(path)) {}

  arrow::Status open() {
    ARROW_ASSIGN_OR_RAISE(const auto file, arrow::io::ReadableFile::Open(path_.string(), pool()));
    parquet::ReaderProperties reading(pool());
    reading.enable_buffered_stream();
    reading.set_page_checksum_verification(true);
    parquet::ArrowReaderProperties converting;
    converting.set_pre_buffer(false);
    converting.set_use_threads(false);
    converting.set_batch_size(batch_rows);
    parquet::arrow::FileReaderBuilder builder;
    ARROW_RETURN_NOT_OK(builder.Open(file, reading));
    ARROW_ASSIGN_OR_RAISE(reader_, builder.memory_pool(pool())->properties(converting)->Build());
    for (const auto& field : reader_->manifest().schema_fields) {
      const auto kind = kind_of(*field.field->type());
      if (!kind || !field.is_leaf()) continue;
      fields_.push_back({field.field->name(), *kind});
      leaves_.push_back(field.column_index);
    }
    rows_ = static_cast<std::uint64_t>(std::max<std::int64_t>(0, reader_->parquet_reader()->metadata()->num_rows()));
    return arrow::Status::OK();
  }

  const std::vector<parquet_field>& fields() const override { return fields_; }
  std::uint64_t rows() const override { return rows_; }

  status select(std::span<const std::size_t> fields) override {
    const auto outcome = guarded([&] { return start(fields); });
    if (!outcome.ok()) return failed(path_, outcome, "cannot read");
    return success{};
  }
  result<std::size_t> next(std::vector<parquet_column>& columns) override {
    if (batches_ == nullptr) {
      std::vector<std::size_t> all(fields_.size());
      std::iota(all.begin(), all.end(), 0);
      FRESHET_TRY(select(all));
    }
    const auto outcome = guarded([&] { return read_batch(columns); });
    if (!outcome.ok()) return failed(path_, outcome, "cannot read");
    return batch_ == nullptr ? 0 : static_cast<std::size_t>(batch_->num_rows());
  }

 private:
  arrow::Status start(std::span<const std::size_t> fields) {
    std::vector<int> leaves;
    for (const std::size_t field : fields) leaves.push_back(leaves_[field]);
    // Arrow gives columns in the order of the file, each once.
    std::vector<int> in_file = leaves;
    std::sort(in_file.begin(), in_file.end());
    in_file.erase(std::unique(in_file.begin(), in_file.end()), in_file.end());
    for (const int leaf : leaves) {
      places_.push_back(static_cast<int>(std::lower_bound(in_file.begin(), in_file.end(), leaf) - in_file.begin()));
    }
    std::vector<int> row_groups(static_cast<std::size_t>(reader_->num_row_groups()));
    std::iota(row_groups.begin(), row_groups.end(), 0);
    ARROW_ASSIGN_OR_RAISE(batches_, reader_->GetRecordBatchReader(row_groups, in_file));
    return arrow::Status::OK();
  }

  arrow::Status read_batch(std::vector<parquet_column>& columns) {
    do {
      ARROW_RETURN_NOT_OK(batches_->ReadNext(&batch_));
    } while (batch_ != nullptr && batch_->num_rows() == 0);
    texts_.clear();
    columns.resize(places_.size());
    if (batch_ == nullptr) {
      // A page whose header is damaged, for which Parquet has no checksum, may be passed over in silence.
      if (rows_read_ == rows_) return arrow::Status::OK();
      return arrow::Status::Invalid("it gives ", rows_read_, " rows of ", rows_, "; it is damaged");
    }
    rows_read_ += static_cast<std::uint64_t>(batch_->num_rows());
    // Offsets and indices of a damaged file must not lead out of its buffers.
    ARROW_RETURN_NOT_OK(batch_->ValidateFull());
    for (std::size_t column = 0; column < places_.size(); ++column) {
      ARROW_RETURN_NOT_OK(column_reader(columns[column], texts_).read(*batch_->column(places_[column])));
    }
    return arrow::Status::OK();
  }

  std::filesystem::path path_;
  std::unique_ptr<parquet::arrow::FileReader> reader_;
  std::vector<parquet_field> fields_;
  std::vector<int> leaves_;
  std::uint64_t rows_ = 0;
  std::uint64_t rows_read_ = 0;
  std::unique_ptr<arrow::RecordBatchReader> batches_;
  /// Column of the batch that each selected field is.
  std::vector<int> places_;
  std::shared_ptr<arrow::RecordBatch> batch_;
  std::deque<std::string> texts_;
};

std::shared_ptr<arrow::DataType> arrow_type(parquet_type type) {
  switch (type) {
    case parquet_type::boolean:
      return arrow::boolean();
    case parquet_type::int32:
      return arrow::int32();
    case parquet_type::int64:
      return arrow::int64();
    case parquet_type::float32:
      return arrow::float32();
    case parquet_type::float64:
      return arrow::float64();
    case parquet_type::text:
      return arrow::utf8();
    case parquet_type::timestamp_ms:
      return arrow::timestamp(arrow::TimeUnit::MILLI, "UTC");
  }
  return arrow::null();
}

arrow::Compression::type arrow_codec(parquet_codec codec) {
  switch (codec) {
    case parquet_codec::none:
      return arrow::Compression::UNCOMPRESSED;
    case parquet_codec::snappy:
      return arrow::Compression::SNAPPY;
    case parquet_codec::zstd:
      return arrow::Compression::ZSTD;
  }
  return arrow::Compression::UNCOMPRESSED;
}

template <class Builder, class Value>
arrow::Result<std::shared_ptr<arrow::Array>> built(Builder builder, std::size_t rows,
                                                   const std::vector<std::uint8_t>& is_valid, Value value) {
  ARROW_RETURN_NOT_OK(builder.Reserve(static_cast<std::int64_t>(rows)));
  for (std::size_t row = 0; row < rows; ++row) {
    ARROW_RETURN_NOT_OK(is_valid[row] ? builder.Append(value(row)) : builder.AppendNull());
  }
  return builder.Finish();
}

arrow::Result<std::shared_ptr<arrow::Array>> arrow_array(const parquet_column& column, parquet_type type,
                                                         std::size_t rows) {
  const auto integer = [&](std::size_t row) { return column.integers[row]; };
  const auto real = [&](std::size_t row) { return column.reals[row]; };
  const auto& is_valid = column.is_valid;
  switch (type) {
    case parquet_type::boolean:
      return built(arrow::BooleanBuilder(pool()), rows, is_valid, [&](std::size_t row) { return integer(row) != 0; });
    case parquet_type::int32:
      return built(arrow::Int32Builder(pool()), rows, is_valid,
                   [&](std::size_t row) { return static_cast<std::int32_t>(integer(row)); });
    case parquet_type::int64:
      return built(arrow::Int64Builder(pool()), rows, is_valid, integer);
    case parquet_type::float32:
      return built(arrow::FloatBuilder(pool()), rows, is_valid,
                   [&](std::size_t row) { return static_cast<float>(real(row)); });
    case parquet_type::float64:
      return built(arrow::DoubleBuilder(pool()), rows, is_valid, real);
    case parquet_type::text:
      return built(arrow::StringBuilder(pool()), rows, is_valid, [&](std::size_t row) { return column.texts[row]; });
    case parquet_type::timestamp_ms:
      return built(arrow::TimestampBuilder(arrow_type(type), pool()), rows, is_valid,
                   [&](std::size_t row) { return integer(row) * 1'000; });
  }
  return arrow::Status::Invalid("no such type");
}

class file_sink final : public parquet_sink {
 public:
  file_sink(std::filesystem::path path, std::span<const parquet_write_field> fields)
      : path_(std::move(path)), fields_(fields.begin(), fields.end()) {}

  arrow::Status open(const parquet_write_options& options) {
    arrow::FieldVector columns;
    for (const auto& field : fields_) columns.push_back(arrow::field(field.name, arrow_type(field.type)));
    schema_ = arrow::schema(columns);
    ARROW_ASSIGN_OR_RAISE(file_, arrow::io::FileOutputStream::Open(path_.string()));
    parquet::WriterProperties::Builder properties;
    properties.memory_pool(pool())
        ->compression(arrow_codec(options.codec))
        ->max_row_group_length(static_cast<std::int64_t>(options.row_group_rows))
        ->enable_page_checksum();
    if (!options.has_dictionaries) properties.disable_dictionary();
    ARROW_ASSIGN_OR_RAISE(writer_, parquet::arrow::FileWriter::Open(*schema_, pool(), file_, properties.build()));
    return writer_->NewBufferedRowGroup();
  }

  status write(std::span<const parquet_column> columns, std::size_t rows) override {
    FRESHET_CHECK(columns.size() == fields_.size(), "one column a field");
    const auto outcome = guarded([&]() -> arrow::Status {
      arrow::ArrayVector arrays;
      for (std::size_t column = 0; column < columns.size(); ++column) {
        ARROW_ASSIGN_OR_RAISE(auto array, arrow_array(columns[column], fields_[column].type, rows));
        arrays.push_back(std::move(array));
      }
      return writer_->WriteRecordBatch(*arrow::RecordBatch::Make(schema_, static_cast<std::int64_t>(rows), arrays));
    });
    if (!outcome.ok()) return failed(path_, outcome, "cannot write");
    return success{};
  }
  status close() override {
    const auto outcome = guarded([&]() -> arrow::Status {
      ARROW_RETURN_NOT_OK(writer_->Close());
      return file_->Close();
    });
    if (!outcome.ok()) return failed(path_, outcome, "cannot write");
    return success{};
  }

 private:
  std::filesystem::path path_;
  std::vector<parquet_write_field> fields_;
  std::shared_ptr<arrow::Schema> schema_;
  std::shared_ptr<arrow::io::FileOutputStream> file_;
  std::unique_ptr<parquet::arrow::FileWriter> writer_;
};

class arrow_library final : public parquet_library {
 public:
  result<std::unique_ptr<parquet_source>> open(const std::filesystem::path& path) const override {
    auto source = std::make_unique<file_source>(path);
    const auto outcome = guarded([&] { return source->open(); });
    if (!outcome.ok()) return failed(path, outcome, "cannot read");
    return std::unique_ptr<parquet_source>(std::move(source));
  }
  result<std::unique_ptr<parquet_sink>> create(const std::filesystem::path& path,
                                               std::span<const parquet_write_field> fields,
                                               const parquet_write_options& options) const override {
    auto sink = std::make_unique<file_sink>(path, fields);
    const auto outcome = guarded([&] { return sink->open(options); });
    if (!outcome.ok()) return failed(path, outcome, "cannot write");
    return std::unique_ptr<parquet_sink>(std::move(sink));
  }
};

}  // namespace
}  // namespace freshet

extern "C" __attribute__((visibility("default"))) const freshet::parquet_library* freshet_parquet_library(
    std::uint32_t version) {
  static const freshet::arrow_library library;
  return version == freshet::parquet_plugin_version ? &library : nullptr;
}

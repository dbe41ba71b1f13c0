#include "io/files/event_reader.hpp"

#include <array>

#include "io/files/content_key.hpp"
#include "io/files/ndjson_reader.hpp"
#include "io/files/parquet_table.hpp"
#include "io/files/table_reader.hpp"

namespace freshet {
namespace {

/// Gives events without an id the one of their content.
class identifying_reader final : public event_reader {
 public:
  explicit identifying_reader(std::unique_ptr<event_reader> rows) : rows_(std::move(rows)) {}

  result<std::optional<row>> next() override {
    auto read = rows_->next();
    if (!read || !*read) return read;
    if (auto* value = std::get_if<event>(&**read); value != nullptr && value->event_id.empty()) {
      const auto hash = content_hash_of(*value);
      FRESHET_ASSIGN(const std::uint64_t n, counter_.count(hash));
      value->event_id = content_event_id(hash, n);
    }
    return read;
  }
  std::uint64_t bytes_read() const override { return rows_->bytes_read(); }
  std::uint64_t bytes_total() const override { return rows_->bytes_total(); }

 private:
  std::unique_ptr<event_reader> rows_;
  content_counter counter_;
};

std::string shown_name(const std::string& path) {
  return path == "-" ? "standard input" : path;
}

result<file_format> format_to_use(const std::string& path, const read_options& options) {
  if (options.format) return *options.format;
  if (const auto by_name = format_of(path)) return *by_name;
  return error{error_code::invalid_argument, "the format of " + shown_name(path) +
                                                 " cannot be told from its name; give --format csv, ndjson or parquet"};
}

result<std::unique_ptr<table>> open_table(const std::string& path, file_format format) {
  if (format == file_format::parquet) return open_parquet_table(path);
  FRESHET_ASSIGN(auto input, open_input(path));
  return open_csv_table(std::move(input), shown_name(path));
}

result<std::unique_ptr<event_reader>> open_raw_events(const std::string& path, const read_options& options,
                                                      const clock& time) {
  FRESHET_ASSIGN(const auto format, format_to_use(path, options));
  if (format == file_format::ndjson) {
    FRESHET_ASSIGN(auto input, open_input(path));
    return read_ndjson_events(std::move(input), options.columns, time);
  }
  FRESHET_ASSIGN(auto rows, open_table(path, format));
  return read_events(std::move(rows), options, time, shown_name(path));
}

}  // namespace

std::optional<file_format> format_of(std::string_view path) {
  for (const std::string_view compression : {".gz", ".zst", ".xz"}) {
    if (path.ends_with(compression)) path.remove_suffix(compression.size());
  }
  constexpr auto endings =
      std::to_array<std::pair<std::string_view, file_format>>({{".csv", file_format::csv},
                                                               {".ndjson", file_format::ndjson},
                                                               {".jsonl", file_format::ndjson},
                                                               {".parquet", file_format::parquet}});
  for (const auto& [ending, format] : endings) {
    if (path.ends_with(ending)) return format;
  }
  return std::nullopt;
}

std::optional<file_format> parse_format(std::string_view name) {
  if (name == "csv") return file_format::csv;
  if (name == "ndjson") return file_format::ndjson;
  if (name == "parquet") return file_format::parquet;
  return std::nullopt;
}

result<std::unique_ptr<event_reader>> open_events(const std::string& path, const read_options& options,
                                                  const clock& time) {
  FRESHET_ASSIGN(auto rows, open_raw_events(path, options, time));
  return std::unique_ptr<event_reader>(new identifying_reader(std::move(rows)));
}

result<std::unique_ptr<item_reader>> open_items(const std::string& path, const read_options& options) {
  FRESHET_ASSIGN(const auto format, format_to_use(path, options));
  if (format == file_format::ndjson) {
    FRESHET_ASSIGN(auto input, open_input(path));
    return read_ndjson_items(std::move(input), options);
  }
  FRESHET_ASSIGN(auto rows, open_table(path, format));
  const auto texts = format == file_format::csv ? text_attributes::read_numbers : text_attributes::as_written;
  return read_items(std::move(rows), options, texts, shown_name(path));
}

}  // namespace freshet

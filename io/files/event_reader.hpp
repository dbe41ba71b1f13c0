// What:    interaction events from CSV, NDJSON or Parquet, one after the other.
// Why:     one reader interface for `ingest`, `produce` and `stream-ingest`.
// Errors:  a file that cannot be read at all (missing, damaged, without a needed column) fails in `open_events` or
//          with corrupted in `next`. A bad row is a value (bad_row): it is counted, written aside and passed by.
// Limits:  a row of at most 1 MiB. Memory does not grow with the file.
// Threads: one reader at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/result.hpp"
#include "core/data/event.hpp"
#include "core/data/item.hpp"
#include "io/files/column_map.hpp"

namespace freshet {

enum class file_format { csv, ndjson, parquet };

/// "events.csv.gz" is csv, "x.parquet" parquet, "x.ndjson" and "x.jsonl" ndjson; nothing for other names and "-".
[[nodiscard]] std::optional<file_format> format_of(std::string_view path);
[[nodiscard]] std::optional<file_format> parse_format(std::string_view name);

struct bad_row {
  /// Line of the text file (the header is line 1), or row number of a Parquet file (from 1).
  std::uint64_t line{};
  std::string reason;
  /// The row as it stands in the file (of one beyond the limit its first 4 KiB); for Parquet rendered as JSON.
  std::string bytes;
  /// The reason as a label, for counting: to_string(rejection_reason), "bad_csv", "wrong_field_count", "too_long",
  /// "bad_text".
  std::string_view kind;
};

struct read_options {
  /// Nothing = by name; "-" needs it.
  std::optional<file_format> format;
  /// Fields whose column is called otherwise; see column_map.hpp.
  column_map columns;
  /// Items only: columns that are no attributes, as those that --event-columns takes for events.
  std::vector<std::string> ignored_columns;
};

template <class Row>
class row_reader {
 public:
  using row = std::variant<Row, bad_row>;
  virtual ~row_reader() = default;
  /// The next row, or nothing at the end.
  virtual result<std::optional<row>> next() = 0;
  virtual std::uint64_t bytes_read() const = 0;
  virtual std::uint64_t bytes_total() const = 0;
};
using event_reader = row_reader<event>;
using item_reader = row_reader<item>;

/// Events without an event id get one from their content and its count within the file, so that the same file twice,
/// in any form, changes nothing (see content_key.hpp).
[[nodiscard]] result<std::unique_ptr<event_reader>> open_events(const std::string& path, const read_options& options,
                                                                const clock& time);
[[nodiscard]] result<std::unique_ptr<item_reader>> open_items(const std::string& path, const read_options& options);

}  // namespace freshet

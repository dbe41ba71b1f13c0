// What:   events into a Parquet, CSV or NDJSON file, for `export`: DuckDB, pandas, Spark and `ingest` read it.
// Shape:  user_id, item_id text; ts int64 unix seconds; qty int32; event_type text, value float, event_id, session_id,
//         recommendation_id, properties text, null where the event has none. zstd, row groups of 100,000 rows, pages
//         with checksums. CSV has the same columns, empty where the event has none; NDJSON is what event_codec.hpp
//         writes. Both compressed where the name ends in .gz or .zst.
// Rules:  the file appears, or replaces the old one, with `finish`; without it nothing changes.
// Errors: io_failure and exhausted naming the path; unsupported without the Parquet plug-in.
// Limits: memory for one row group.
#pragma once

#include <filesystem>
#include <memory>

#include "core/base/result.hpp"
#include "core/data/event.hpp"
#include "io/files/event_reader.hpp"
#include "io/files/parquet_plugin.hpp"

namespace freshet {

class event_writer {
 public:
  virtual ~event_writer() = default;
  virtual status add(const event& value) = 0;
  virtual status finish() = 0;
};

[[nodiscard]] result<std::unique_ptr<event_writer>> create_event_writer(const std::filesystem::path& path,
                                                                        const parquet_write_options& options = {});
/// The format is told by the name. Errors: invalid_argument for a name that tells none.
[[nodiscard]] result<std::unique_ptr<event_writer>> create_event_writer_by_name(const std::filesystem::path& path);

}  // namespace freshet

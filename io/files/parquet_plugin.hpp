// What:   Parquet files as batches of plain columns, and back: the boundary to Apache Arrow's library, whose types stay
//         in parquet_plugin.cpp, the one source of the shared library libfreshet_parquet.so.
// Why:    the plug-in is loaded (parquet_library.hpp) when the first Parquet file is opened, with RTLD_LOCAL: Arrow
//         exports two thousand OpenSSL symbols that would capture the process's own TLS otherwise, and 60 MB of
//         mapping are spared where no Parquet is read.
// Errors: corrupted naming the file for what is no Parquet file or does not check out (pages of files that were written
//         here carry checksums; for names and types in the footer the format has none), unsupported for encrypted
//         files and codecs that are not built in. No exception leaves the plug-in.
// Threads: one a file.
// Limits: memory for two row groups at most, usually for a few pages a column.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/result.hpp"

namespace freshet {

/// What the values of a column are, whatever their width and encoding in the file.
enum class parquet_kind : std::uint8_t { boolean, integer, real, text, time };

/// Values [rows]; only the vector of the column's kind is filled. Texts live until the next batch.
struct parquet_column {
  parquet_kind kind{};
  /// 0 where the value is null; the value itself is then anything.
  std::vector<std::uint8_t> is_valid;
  std::vector<std::int64_t> integers;  // also booleans (0 and 1), and times in unix seconds
  std::vector<double> reals;
  std::vector<std::string_view> texts;
};

struct parquet_field {
  std::string name;
  parquet_kind kind{};
};

class parquet_source {
 public:
  virtual ~parquet_source() = default;
  /// Lists and structures are left out.
  virtual const std::vector<parquet_field>& fields() const = 0;
  virtual std::uint64_t rows() const = 0;
  /// Which of `fields` are read; to be called once, before the first `next`.
  virtual status select(std::span<const std::size_t> fields) = 0;
  /// The next batch, its columns as selected; 0 rows at the end.
  virtual result<std::size_t> next(std::vector<parquet_column>& columns) = 0;
};

/// How a column is written.
enum class parquet_type : std::uint8_t { boolean, int32, int64, float32, float64, text, timestamp_ms };
enum class parquet_codec : std::uint8_t { none, snappy, zstd };

struct parquet_write_field {
  std::string name;
  parquet_type type{};
};
struct parquet_write_options {
  parquet_codec codec = parquet_codec::zstd;
  bool has_dictionaries = true;
  std::size_t row_group_rows = 100'000;
};

class parquet_sink {
 public:
  virtual ~parquet_sink() = default;
  /// Columns in the order of the fields, all of `rows` values.
  virtual status write(std::span<const parquet_column> columns, std::size_t rows) = 0;
  /// Writes the footer; without it the file is none.
  virtual status close() = 0;
};

class parquet_library {
 public:
  virtual ~parquet_library() = default;
  virtual result<std::unique_ptr<parquet_source>> open(const std::filesystem::path& path) const = 0;
  virtual result<std::unique_ptr<parquet_sink>> create(const std::filesystem::path& path,
                                                       std::span<const parquet_write_field> fields,
                                                       const parquet_write_options& options) const = 0;
};

/// To be raised with every change above: a plug-in of another version answers nullptr.
inline constexpr std::uint32_t parquet_plugin_version = 1;
inline constexpr const char* parquet_plugin_entry = "freshet_parquet_library";
using parquet_plugin_function = const parquet_library* (*)(std::uint32_t version);

}  // namespace freshet

// What:    the bytes of a file, of a compressed file or of standard input, as a stream.
// Why:     .gz, .zst and .xz are read as they are; 100 million events must not need memory for them.
// Errors:  a missing or unreadable file, or damaged compression, is an io_failure or corrupted naming the path.
// Threads: one reader at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "core/base/result.hpp"

namespace freshet {

class input_stream {
 public:
  virtual ~input_stream() = default;
  /// Fills the front of `buffer`; 0 bytes mean the end.
  virtual result<std::size_t> read(std::span<char> buffer) = 0;
  /// Bytes of the file on disk read so far, and its size (0 = unknown, as for standard input): for progress.
  virtual std::uint64_t bytes_read() const = 0;
  virtual std::uint64_t bytes_total() const = 0;
};

/// Opens `path`, "-" for standard input. Compression is recognised by content, not by name.
[[nodiscard]] result<std::unique_ptr<input_stream>> open_input(const std::string& path);

}  // namespace freshet

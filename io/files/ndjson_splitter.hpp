// What:   the lines of a text, as a stream; for NDJSON.
// Rules:  lines end in LF or CRLF; a byte order mark at the start and lines of white space are skipped.
// Limits: those of text_window.hpp; a longer line is marked.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "io/files/text_window.hpp"

namespace freshet {

struct text_line {
  /// From 1.
  std::uint64_t number{};
  std::string_view bytes;
  bool is_oversized = false;
};

class ndjson_splitter {
 public:
  explicit ndjson_splitter(std::unique_ptr<input_stream> input) : window_(std::move(input)) {}

  /// Moves to the next line; false at the end. The line is valid until the next call.
  result<bool> next();
  const text_line& line() const { return line_; }
  const input_stream& input() const { return window_.input(); }

 private:
  result<std::size_t> find_line_end();
  status skip_oversized();

  text_window window_;
  bool is_at_start_ = true;
  std::string shown_;
  text_line line_;
};

}  // namespace freshet

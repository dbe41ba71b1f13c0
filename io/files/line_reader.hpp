// What:   the lines of a text, as a stream. They end in LF or CRLF; a byte order mark and empty lines are skipped.
// Limits: a line of at most 1 MiB; a longer one is an error.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "io/files/text_window.hpp"

namespace freshet {

class line_reader {
 public:
  explicit line_reader(std::unique_ptr<input_stream> input) : window_(std::move(input)) {}

  /// Moves to the next line; false at the end.
  result<bool> next();
  /// Valid until the next call.
  std::string_view line() const { return line_; }
  /// From 1.
  std::uint64_t number() const { return number_; }

 private:
  result<bool> take_line();

  text_window window_;
  bool is_at_start_ = true;
  std::string_view line_;
  std::uint64_t number_ = 0;
};

}  // namespace freshet

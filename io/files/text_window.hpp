// What:   the unread part of an input stream as one piece of memory that grows on demand.
// Why:    CSV and NDJSON look for the end of a record in place, without copying it.
// Limits: a record of at most 1 MiB; of a longer one the first 4 KiB are shown. The caller consumes; what it leaves is
//         kept, so memory is what one record needs and a read more.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "io/files/input_stream.hpp"

namespace freshet {

inline constexpr std::size_t text_row_bytes_max = 1 << 20;
inline constexpr std::size_t oversized_row_bytes_shown = 4 << 10;

class text_window {
 public:
  explicit text_window(std::unique_ptr<input_stream> input) : input_(std::move(input)) {}

  /// The unread bytes; valid until `fill`.
  std::string_view unread() const { return {bytes_.data() + start_, end_ - start_}; }
  void consume(std::size_t count) { start_ += count; }
  /// Reads on behind them; false when the input has ended.
  result<bool> fill();
  /// To be called once, at the start.
  status skip_byte_order_mark();

  const input_stream& input() const { return *input_; }

 private:
  std::unique_ptr<input_stream> input_;
  std::string bytes_;
  std::size_t start_ = 0;
  std::size_t end_ = 0;
};

}  // namespace freshet

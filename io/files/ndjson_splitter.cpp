#include "io/files/ndjson_splitter.hpp"

#include <algorithm>
#include <utility>

namespace freshet {

/// Length of the line at the front, its end not counted, or what is known of it when it is longer than the limit.
result<std::size_t> ndjson_splitter::find_line_end() {
  for (std::size_t looked_at = 0;;) {
    const auto text = window_.unread();
    const std::size_t end = text.find('\n', looked_at);
    if (end != std::string_view::npos) return end;
    looked_at = text.size();
    if (looked_at > text_row_bytes_max) return looked_at;
    FRESHET_ASSIGN(const bool came, window_.fill());
    if (!came) return looked_at;
  }
}

result<bool> ndjson_splitter::next() {
  if (std::exchange(is_at_start_, false)) FRESHET_TRY(window_.skip_byte_order_mark());
  for (;;) {
    FRESHET_ASSIGN(const std::size_t length, find_line_end());
    const auto text = window_.unread();
    if (text.empty()) return false;
    ++line_.number;
    line_.is_oversized = length > text_row_bytes_max;
    if (line_.is_oversized) {
      FRESHET_TRY(skip_oversized());
      return true;
    }
    line_.bytes = text.substr(0, length);
    window_.consume(std::min(length + 1, text.size()));
    if (line_.bytes.ends_with('\r')) line_.bytes.remove_suffix(1);
    if (line_.bytes.find_first_not_of(" \t") != std::string_view::npos) return true;
  }
}

status ndjson_splitter::skip_oversized() {
  shown_ = window_.unread().substr(0, oversized_row_bytes_shown);
  line_.bytes = shown_;
  for (;;) {
    const auto text = window_.unread();
    const std::size_t end = text.find('\n');
    window_.consume(end == std::string_view::npos ? text.size() : end + 1);
    if (end != std::string_view::npos) return success{};
    FRESHET_ASSIGN(const bool came, window_.fill());
    if (!came) return success{};
  }
}

}  // namespace freshet

#include "io/files/line_reader.hpp"

namespace freshet {

result<bool> line_reader::next() {
  if (is_at_start_) {
    FRESHET_TRY(window_.skip_byte_order_mark());
    is_at_start_ = false;
  }
  do {
    FRESHET_ASSIGN(const bool came, take_line());
    if (!came) return false;
  } while (line_.empty());
  return true;
}

result<bool> line_reader::take_line() {
  std::size_t searched = 0;
  std::size_t end = std::string_view::npos;
  while ((end = window_.unread().find('\n', searched)) == std::string_view::npos) {
    searched = window_.unread().size();
    if (searched > text_row_bytes_max) {
      return error{error_code::corrupted, "line " + std::to_string(number_ + 1) + " is longer than 1 MiB"};
    }
    FRESHET_ASSIGN(const bool came, window_.fill());
    if (!came) break;
  }
  line_ = window_.unread().substr(0, end);
  if (end == std::string_view::npos && line_.empty()) return false;
  window_.consume(end == std::string_view::npos ? line_.size() : end + 1);
  if (line_.ends_with('\r')) line_.remove_suffix(1);
  ++number_;
  return true;
}

}  // namespace freshet

#include "io/files/text_window.hpp"

#include <cstring>

namespace freshet {

result<bool> text_window::fill() {
  constexpr std::size_t read_bytes = 256 << 10;
  if (start_ > 0) {
    std::memmove(bytes_.data(), bytes_.data() + start_, end_ - start_);
    end_ -= start_;
    start_ = 0;
  }
  if (bytes_.size() < end_ + read_bytes) bytes_.resize(end_ * 2 + read_bytes);
  FRESHET_ASSIGN(const std::size_t got, input_->read(std::span(bytes_).subspan(end_)));
  end_ += got;
  return got > 0;
}

status text_window::skip_byte_order_mark() {
  constexpr std::string_view mark = "\xef\xbb\xbf";
  while (unread().size() < mark.size()) {
    FRESHET_ASSIGN(const bool came, fill());
    if (!came) break;
  }
  if (unread().starts_with(mark)) consume(mark.size());
  return success{};
}

}  // namespace freshet

// What:   the status line and header fields of an answer, appended to a buffer by hand.
// Why:    Beast's serializer costs more than the rest of an answer.
// Safety: a name or value of the application's with control characters cannot end its line: they become spaces.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "io/http/message.hpp"

namespace freshet::http {

struct response_head {
  std::string_view request_id;
  /// "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n", see date_line.
  std::string_view date_line;
  /// Of the body that a GET would get.
  std::size_t content_length = 0;
  bool close = false;
  /// A client of HTTP/1.0 that asked to keep the connection is told that it is kept.
  bool tell_keep_alive = false;
};

void append_head(std::string& buffer, const response& out, const response_head& head);

/// The Date field of RFC 9110, section 6.6.1, with its line end.
[[nodiscard]] std::string date_line(std::int64_t unix_seconds);

}  // namespace freshet::http

// What:   the ids that tie a request to its log lines: X-Request-Id and traceparent.
// Rules:  a client's X-Request-Id is kept when it is 1..128 bytes of visible ASCII, else one is made. A traceparent is
//         continued: the client's trace id and flags with a span id of ours; one that is malformed is dropped.
// Threads: one source per thread.
// Cost:   a few multiplications; ids are unguessable enough for correlation, not for secrets.
// Source: W3C Trace Context, level 1, section 3.2.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "io/http/message.hpp"

namespace freshet::http {

class id_source {
 public:
  explicit id_source(std::uint64_t seed) : state_(seed) {}
  /// 16 hexadecimal digits, never all zero.
  std::string next();

 private:
  std::uint64_t state_;
};

/// Sets `request_id` and `traceparent` from the headers.
void correlate(request& in, id_source& ids);

}  // namespace freshet::http

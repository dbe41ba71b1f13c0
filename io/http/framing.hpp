// What:   the rules that decide where a request ends, and which requests are too ambiguous to be answered.
// Why:    two programs that disagree about the end of a message can be made to smuggle a request past one of them; what
//         allows two readings is refused, not repaired. Boost.Beast 1.81 lets most of these pass.
// Source: RFC 9112, sections 3.2 (Host), 6.1 (Transfer-Encoding), 6.2 (Content-Length); RFC 9110, 10.1.1 (Expect).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace freshet::http {

/// Why a request is not taken: the status and the sentence of its answer.
struct refusal {
  unsigned status{};
  std::string sentence;
};

/// What the header of one request says about its framing.
struct framing {
  bool http_1_1 = true;
  unsigned hosts = 0;
  unsigned content_lengths = 0;
  unsigned transfer_encodings = 0;
  std::string host;
  std::string content_length;
  std::string transfer_encoding;
  std::string expect;
};

[[nodiscard]] std::optional<refusal> check_framing(const framing& header);

/// "HTTP/2.0" is a version that is not spoken here (505); anything else in its place is no request line (400).
[[nodiscard]] refusal bad_version(std::string_view request_line);

[[nodiscard]] bool equal_ignoring_case(std::string_view text, std::string_view lower_case);

}  // namespace freshet::http

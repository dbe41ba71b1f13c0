#include "io/http/framing.hpp"

#include <algorithm>
#include <cctype>

namespace freshet::http {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// A name or address with an optional port. Whatever would make it something else (a second host, a path, user data)
/// is refused.
bool is_host(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte > 0x20 && byte < 0x7F && std::string_view("/?#@,\\\"<>^`{|}").find(c) == std::string_view::npos;
  });
}

std::optional<refusal> check_transfer_encoding(const framing& header) {
  if (header.transfer_encodings == 0) return std::nullopt;
  if (!header.http_1_1) return refusal{400, "HTTP/1.0 has no Transfer-Encoding; send a Content-Length"};
  if (header.content_lengths > 0) return refusal{400, "Send Transfer-Encoding or Content-Length, not both"};
  if (header.transfer_encodings > 1) return refusal{400, "Send one Transfer-Encoding"};
  if (header.transfer_encoding.empty()) return refusal{400, "The Transfer-Encoding is empty; send \"chunked\""};
  if (equal_ignoring_case(header.transfer_encoding, "chunked")) return std::nullopt;
  return refusal{501, "The only transfer coding understood here is \"chunked\""};
}

}  // namespace

bool equal_ignoring_case(std::string_view text, std::string_view lower_case) {
  return std::equal(text.begin(), text.end(), lower_case.begin(), lower_case.end(),
                    [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; });
}

std::optional<refusal> check_framing(const framing& header) {
  if (header.hosts > 1) return refusal{400, "Send one Host"};
  if (header.hosts == 0 && header.http_1_1) return refusal{400, "HTTP/1.1 requires a Host"};
  if (!is_host(header.host)) return refusal{400, "The Host is not a host name with an optional port"};
  if (auto refused = check_transfer_encoding(header)) return refused;
  if (header.content_lengths > 1) return refusal{400, "Send one Content-Length"};
  if (header.content_lengths == 1 &&
      (header.content_length.empty() ||
       !std::all_of(header.content_length.begin(), header.content_length.end(), is_digit))) {
    return refusal{400, "The Content-Length is not a number of bytes"};
  }
  if (!header.expect.empty() && header.http_1_1 && !equal_ignoring_case(header.expect, "100-continue")) {
    return refusal{417, "The only expectation understood here is \"100-continue\""};
  }
  return std::nullopt;
}

refusal bad_version(std::string_view request_line) {
  const std::string_view version = request_line.substr(std::min(request_line.rfind(' ') + 1, request_line.size()));
  if (version == "HTTP/1.0" || version == "HTTP/1.1") return {400, "The target of the request line has a space"};
  if (version.size() == 8 && version.starts_with("HTTP/") && is_digit(version[5]) && version[6] == '.' &&
      is_digit(version[7])) {
    return {505, "The versions spoken here are HTTP/1.0 and HTTP/1.1"};
  }
  return {400, "The request line does not end in an HTTP version"};
}

}  // namespace freshet::http

// What:    bytes of a connection -> requests, one at a time, without a socket.
// Why:     everything that a client can do wrong in syntax, framing or size is refused here, in bounded memory, and can
//          be tested and fuzzed as a function of bytes. Boost.Beast takes the header and the chunks apart; the rules
//          that it lacks are in framing.hpp and around it.
// Use:     `consume` until the stage changes. It stops behind the header, so that the caller decides about the body
//          (limit_body) before any of it is taken; then `consume` on. `take` yields the request and starts the next.
// Limits:  parser_limits; a chunk header or trailer section as many bytes as a header. Trailers are read and dropped.
// Errors:  stage::refused with `why`; the bytes behind it cannot be understood any more, so the connection must end.
// Threads: one caller.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "io/http/framing.hpp"
#include "io/http/message.hpp"

namespace freshet::http {

struct parser_limits {
  std::size_t header_bytes_max = 16 << 10;
  std::size_t target_bytes_max = 8 << 10;
  std::size_t fields_max = 256;
};

class request_parser {
 public:
  enum class stage {
    header,    // nothing or a part of the header was seen
    body,      // the header is complete, the body is not
    complete,  // `take` it
    refused,
  };

  explicit request_parser(const parser_limits& limits);
  ~request_parser();
  request_parser(const request_parser&) = delete;
  request_parser& operator=(const request_parser&) = delete;

  /// `bytes` begins with what the last call left over. Returns how many were used; 0 in an unchanged stage = more are
  /// needed.
  std::size_t consume(std::string_view bytes);
  stage at() const;
  /// At stage::body: refuses (413) at once what is declared larger, later what becomes larger.
  void limit_body(std::size_t bytes_max);
  /// Refuses the request for a reason of the caller's.
  void refuse(refusal reason);
  const refusal& why() const;

  /// What is known so far; the header from stage::body on.
  request& message();
  /// Of the header: whether the client keeps the connection open, and whether it says so in HTTP/1.0.
  bool keep_alive() const;
  bool http_1_1() const;
  bool expects_continue() const;

  /// At stage::complete: the request. The parser begins a new one.
  request take();

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace freshet::http

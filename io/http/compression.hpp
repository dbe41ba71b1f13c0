// What:    gzip of answers: whether the client takes it, whether it pays, and the compressor.
// Why:     a compressor is a quarter of a megabyte of state; a pool hands a few of them on from answer to answer.
// Threads: `gzip_pool` may be used from any thread; the thread that answers compresses.
// Cost:    level 1: about 10 us a KiB.
// Source:  RFC 9110, section 12.5.3 (Accept-Encoding with q-values); RFC 1952.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "io/http/message.hpp"

namespace freshet::http {

/// Bodies up to this size travel as they are.
inline constexpr std::size_t gzip_bytes_min = 1024;

/// Whether gzip may be used for an answer; the most specific entry decides, q=0 forbids.
[[nodiscard]] bool accepts_gzip(std::string_view accept_encoding);

/// Large enough, of a type that shrinks, and not encoded already.
[[nodiscard]] bool worth_compressing(const response& out);

class gzip_pool {
 public:
  gzip_pool();
  ~gzip_pool();
  /// Nothing when the result would not be smaller, or memory for it is short.
  std::optional<std::string> compress(std::string_view body);

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace freshet::http

// What: SHA-256 of bytes that come piece by piece, such as those of a large file.
#pragma once

#include <memory>
#include <string_view>

#include "core/base/sha256.hpp"

namespace freshet {

class sha256_stream {
 public:
  sha256_stream();
  ~sha256_stream();
  sha256_stream(const sha256_stream&) = delete;
  sha256_stream& operator=(const sha256_stream&) = delete;

  void add(std::string_view bytes);
  /// Of everything added; once, at the end.
  sha256_digest finish();

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace freshet

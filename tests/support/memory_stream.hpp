// What: an input stream over bytes in memory that come in pieces of a given size, so that every seam can be tried.
#pragma once

#include <algorithm>
#include <string>

#include "io/files/input_stream.hpp"

namespace freshet::testing {

class memory_stream final : public input_stream {
 public:
  explicit memory_stream(std::string bytes, std::size_t piece = 1 << 16) : bytes_(std::move(bytes)), piece_(piece) {}

  result<std::size_t> read(std::span<char> buffer) override {
    const std::size_t count = std::min({buffer.size(), piece_, bytes_.size() - at_});
    std::copy_n(bytes_.data() + at_, count, buffer.data());
    at_ += count;
    return count;
  }
  std::uint64_t bytes_read() const override { return at_; }
  std::uint64_t bytes_total() const override { return bytes_.size(); }

 private:
  std::string bytes_;
  std::size_t piece_;
  std::size_t at_ = 0;
};

}  // namespace freshet::testing

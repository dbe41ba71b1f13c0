// What:   numbers and strings to bytes and back: the vocabulary that schema.hpp documents the store in.
//         varint   unsigned LEB128: 7 bits a byte, lowest first, high bit = another byte follows; at most 10 bytes
//         zigzag   signed as varint: 0, -1, 1, -2, ... become 0, 1, 2, 3, ...
//         u32/u64 BE, LE   fixed width, big or little endian; f32/f64 LE   IEEE 754
//         text     varint length, then the bytes
// Errors: a reader never reads beyond its bytes. What is missing reads as 0 and leaves ok() false for good, so that a
//         decoder asks once, at the end.
#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

namespace freshet {

template <class Unsigned>
void put_big_endian(std::string& out, Unsigned value) {
  for (int shift = 8 * (sizeof value - 1); shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift));
}

template <class Unsigned>
void put_little_endian(std::string& out, Unsigned value) {
  for (std::size_t i = 0; i < sizeof value; ++i) out.push_back(static_cast<char>(value >> (8 * i)));
}

inline void put_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>(value | 0x80));
  out.push_back(static_cast<char>(value));
}

inline void put_zigzag(std::string& out, std::int64_t value) {
  put_varint(out, (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
}

inline void put_float(std::string& out, float value) {
  put_little_endian(out, std::bit_cast<std::uint32_t>(value));
}
inline void put_double(std::string& out, double value) {
  put_little_endian(out, std::bit_cast<std::uint64_t>(value));
}

inline void put_text(std::string& out, std::string_view text) {
  put_varint(out, text.size());
  out.append(text);
}

class byte_reader {
 public:
  explicit byte_reader(std::string_view bytes) : rest_(bytes) {}

  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 70; shift += 7) {
      const std::uint64_t byte = u8();
      // The tenth byte holds the 64th bit alone.
      if (shift == 63 && byte > 1) break;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    ok_ = false;
    return 0;
  }
  /// A varint that must fit into 32 bits.
  std::uint32_t varint32() {
    const auto value = varint();
    if (value > UINT32_MAX) ok_ = false;
    return static_cast<std::uint32_t>(value);
  }
  std::int64_t zigzag() {
    const auto value = varint();
    return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
  }
  std::uint8_t u8() { return static_cast<std::uint8_t>(little_endian<std::uint8_t>()); }

  template <class Unsigned>
  Unsigned big_endian() {
    Unsigned value = 0;
    for (const char byte : take(sizeof value))
      value = static_cast<Unsigned>(value << 8 | static_cast<unsigned char>(byte));
    return value;
  }
  template <class Unsigned>
  Unsigned little_endian() {
    Unsigned value = 0;
    int shift = 0;
    for (const char byte : take(sizeof value)) {
      value = static_cast<Unsigned>(value | static_cast<Unsigned>(static_cast<unsigned char>(byte)) << shift);
      shift += 8;
    }
    return value;
  }
  float float32() { return std::bit_cast<float>(little_endian<std::uint32_t>()); }
  double float64() { return std::bit_cast<double>(little_endian<std::uint64_t>()); }
  std::string_view text() { return take(varint()); }
  std::string_view rest() { return take(rest_.size()); }

  bool ok() const { return ok_; }
  bool empty() const { return rest_.empty(); }
  /// Everything was there, and nothing is left over.
  bool complete() const { return ok_ && rest_.empty(); }

 private:
  std::string_view take(std::uint64_t count) {
    if (count > rest_.size()) {
      ok_ = false;
      rest_ = {};
      return {};
    }
    const auto taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }

  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace freshet

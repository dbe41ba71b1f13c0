#include "core/base/sha256.hpp"

#include <openssl/crypto.h>
#include <openssl/sha.h>

namespace freshet {
namespace {

constexpr std::string_view digits = "0123456789abcdef";

std::optional<unsigned> value_of(char digit) {
  if (digit >= 'A' && digit <= 'F') digit = static_cast<char>(digit - 'A' + 'a');
  const auto value = digits.find(digit);
  if (value == std::string_view::npos) return std::nullopt;
  return static_cast<unsigned>(value);
}

}  // namespace

sha256_digest sha256(std::string_view bytes) {
  sha256_digest digest;
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data());
  return digest;
}

std::string to_hex(const sha256_digest& digest) {
  std::string text;
  for (const std::uint8_t byte : digest) {
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

std::optional<sha256_digest> parse_sha256(std::string_view text) {
  sha256_digest digest{};
  if (text.size() != 2 * digest.size()) return std::nullopt;
  for (std::size_t i = 0; i < digest.size(); ++i) {
    const auto high = value_of(text[2 * i]), low = value_of(text[2 * i + 1]);
    if (!high || !low) return std::nullopt;
    digest[i] = static_cast<std::uint8_t>(*high << 4 | *low);
  }
  return digest;
}

bool equal_in_constant_time(const sha256_digest& left, const sha256_digest& right) {
  return CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

}  // namespace freshet

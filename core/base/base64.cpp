#include "core/base/base64.hpp"

#include <openssl/evp.h>

namespace freshet {

std::string to_base64(std::span<const std::uint8_t> bytes) {
  // Four digits for three bytes, and the zero that the library ends them with.
  std::string digits((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const auto written =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(digits.data()), bytes.data(), static_cast<int>(bytes.size()));
  digits.resize(static_cast<std::size_t>(written));
  return digits;
}

}  // namespace freshet

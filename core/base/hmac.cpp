#include "core/base/hmac.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "core/base/check.hpp"

namespace freshet {

sha256_digest hmac_sha256(std::string_view key, std::string_view message) {
  sha256_digest digest{};
  unsigned size = 0;
  const auto* bytes = reinterpret_cast<const unsigned char*>(message.data());
  FRESHET_CHECK(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes, message.size(), digest.data(),
                     &size) != nullptr &&
                size == digest.size());
  return digest;
}

}  // namespace freshet

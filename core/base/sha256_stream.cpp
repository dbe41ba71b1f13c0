#include "core/base/sha256_stream.hpp"

#include <openssl/evp.h>

#include "core/base/check.hpp"

namespace freshet {

struct sha256_stream::state {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  ~state() { EVP_MD_CTX_free(context); }
};

sha256_stream::sha256_stream() : state_(std::make_unique<state>()) {
  FRESHET_CHECK(EVP_DigestInit_ex(state_->context, EVP_sha256(), nullptr) == 1);
}

sha256_stream::~sha256_stream() = default;

void sha256_stream::add(std::string_view bytes) {
  FRESHET_CHECK(EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()) == 1);
}

sha256_digest sha256_stream::finish() {
  sha256_digest digest{};
  FRESHET_CHECK(EVP_DigestFinal_ex(state_->context, digest.data(), nullptr) == 1);
  return digest;
}

}  // namespace freshet

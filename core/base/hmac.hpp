// What:    HMAC-SHA256 (RFC 2104): proves that whoever wrote a message knows a key, without sending it.
// Threads: pure function.
#pragma once

#include <string_view>

#include "core/base/sha256.hpp"

namespace freshet {

[[nodiscard]] sha256_digest hmac_sha256(std::string_view key, std::string_view message);

}  // namespace freshet

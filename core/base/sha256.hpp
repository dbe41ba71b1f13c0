// What:   SHA-256 of bytes (FIPS 180-4), for secrets and checksums that an adversary must not be able to forge.
// Why:    hash.hpp is fast and predictable; a key that is stored must not be found from what is stored.
// Threads: pure functions.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace freshet {

using sha256_digest = std::array<std::uint8_t, 32>;

[[nodiscard]] sha256_digest sha256(std::string_view bytes);
/// 64 digits in lower case.
[[nodiscard]] std::string to_hex(const sha256_digest& digest);
/// Nothing unless the text is 64 hexadecimal digits, of either case.
[[nodiscard]] std::optional<sha256_digest> parse_sha256(std::string_view text);
/// Takes the same time wherever the two differ.
[[nodiscard]] bool equal_in_constant_time(const sha256_digest& left, const sha256_digest& right);

}  // namespace freshet

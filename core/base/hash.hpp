// What:   64-bit non-cryptographic hashing of bytes (XXH3).
// Why:    one hash for dedupe keys, sharding and checksums; stable across machines and runs.
// Limits: not collision resistant against an adversary who knows the seed: keys of the store use a secret seed.
#pragma once

#include <cstdint>
#include <string_view>

namespace freshet {

[[nodiscard]] std::uint64_t hash64(std::string_view bytes, std::uint64_t seed = 0);

/// Hash of two hashes in order, for composite keys.
[[nodiscard]] std::uint64_t hash_combine(std::uint64_t first, std::uint64_t second);

}  // namespace freshet

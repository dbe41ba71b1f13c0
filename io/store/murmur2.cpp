#include "io/store/murmur2.hpp"

#include <cstddef>

namespace freshet {
namespace {

constexpr std::uint32_t seed = 0x9747b28c;
constexpr std::uint32_t multiplier = 0x5bd1e995;

std::uint32_t byte_at(std::string_view bytes, std::size_t i) {
  return static_cast<unsigned char>(bytes[i]);
}

}  // namespace

std::int32_t murmur2(std::string_view bytes) {
  std::uint32_t hash = seed ^ static_cast<std::uint32_t>(bytes.size());
  std::size_t at = 0;
  for (; at + 4 <= bytes.size(); at += 4) {
    std::uint32_t word =
        byte_at(bytes, at) | byte_at(bytes, at + 1) << 8 | byte_at(bytes, at + 2) << 16 | byte_at(bytes, at + 3) << 24;
    word *= multiplier;
    word ^= word >> 24;
    word *= multiplier;
    hash = (hash * multiplier) ^ word;
  }
  if (at < bytes.size()) {
    for (std::size_t i = bytes.size(); i-- > at;) hash ^= byte_at(bytes, i) << (8 * (i - at));
    hash *= multiplier;
  }
  hash ^= hash >> 13;
  hash *= multiplier;
  hash ^= hash >> 15;
  return static_cast<std::int32_t>(hash);
}

partition_id partition_of_key(std::string_view key, std::int32_t partitions) {
  return static_cast<partition_id>((murmur2(key) & 0x7fffffff) % partitions);
}

}  // namespace freshet

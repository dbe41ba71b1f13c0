// What:   MurmurHash2 as Kafka's Java client computes it, and the partition it gives a key.
// Why:    the embedded log and a broker's default partitioner put a key into the same partition.
// Source: Austin Appleby's MurmurHash2, 32 bit, seed 0x9747b28c, bytes little endian; Kafka's partition of a key is
//         (hash & 0x7fffffff) % partitions.
#pragma once

#include <cstdint>
#include <string_view>

#include "io/events/event_source.hpp"

namespace freshet {

[[nodiscard]] std::int32_t murmur2(std::string_view bytes);
[[nodiscard]] partition_id partition_of_key(std::string_view key, std::int32_t partitions);

}  // namespace freshet

// What: why a topic cannot be read, as far as librdkafka's statistics tell (its STATISTICS.md): no broker is connected,
//       or partitions have no leader, or one that cannot be reached.
// Why:  librdkafka goes on trying without a word; who operates the service wants to know at any moment, not only when
//       something changes.
// Errors: none: statistics that cannot be read tell nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/options.hpp"
#include "io/events/event_source.hpp"

namespace freshet {

/// "no broker of localhost:9092 can be reached", "partitions 0, 2 of shop.events cannot be read: they have no leader";
/// nothing when every assigned partition can be read.
[[nodiscard]] std::optional<std::string> obstacle_of(std::string_view statistics, const kafka_options& options,
                                                     const std::vector<partition_id>& assigned);

}  // namespace freshet

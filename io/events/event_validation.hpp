// What:   what an event's ids, numbers and time must be, checked once at the edge, whatever form it came in.
// Limits: ids 1..256 bytes of UTF-8 without control characters; times from 1990 to a day ahead of the clock; values
//         finite and not negative (a return is a negative qty, which is allowed).
#pragma once

#include <optional>
#include <string_view>

#include "core/base/clock.hpp"
#include "io/events/event_codec.hpp"

namespace freshet {

inline constexpr unix_seconds event_time_earliest = 631'152'000;  // 1990-01-01
inline constexpr unix_seconds event_time_ahead_max = 86'400;

/// `field` is the name under which the producer gave it, for the message.
[[nodiscard]] std::optional<rejection> check_id(std::string_view field, std::string_view id);
/// As check_id, but an id that is not given may be empty.
[[nodiscard]] std::optional<rejection> check_optional_id(std::string_view field, std::string_view id);
[[nodiscard]] std::optional<rejection> check_time(std::string_view field, unix_seconds ts, unix_seconds now);
[[nodiscard]] std::optional<rejection> check_value(std::string_view field, double value);

}  // namespace freshet

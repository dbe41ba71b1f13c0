// What:   a time in any of the accepted forms, and back.
// Forms:  unix seconds; unix milliseconds (recognised from 1e11 upwards); RFC 3339 ("2026-11-23T10:15:00Z",
//         "+01:00", fractions dropped); "2010-12-01 08:26:00", "2010-12-01T08:26" and "2010-12-01" as UTC; day/month
//         forms are ambiguous and refused.
// Limits: whether a time is absurd is decided by the caller (event_validation.hpp); to_rfc3339 clamps to years 0..9999.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/clock.hpp"

namespace freshet {

[[nodiscard]] std::optional<unix_seconds> parse_timestamp(std::string_view text);
/// A number that is seconds or milliseconds.
[[nodiscard]] unix_seconds from_epoch_number(std::int64_t number);
/// "2026-11-23T10:15:00Z"
[[nodiscard]] std::string to_rfc3339(unix_seconds time);

}  // namespace freshet

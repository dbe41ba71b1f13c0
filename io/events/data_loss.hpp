// What: what becomes of a partition whose stored offset the log does not hold (promise E5).
// Why:  the rules are the same for every log, and need no broker to be tested.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "io/events/event_source.hpp"

namespace freshet {

/// "halt", "earliest" or "latest".
[[nodiscard]] result<data_loss_policy> parse_data_loss_policy(std::string_view name);

/// Whether the log can go on at `wanted`: everything from its first record up to its end, the end included.
[[nodiscard]] bool holds(const data_loss& limits);

/// Where consumption goes on, or nothing: the partition stands still until an operator decides.
[[nodiscard]] std::optional<log_offset> continue_at(const data_loss& loss, data_loss_policy policy);

/// Fills in where consumption goes on, and the sentence: "shop.events partition 3: offset 17 is wanted, but the log
/// holds 40 to 99; up to 23 records are lost (retention); ..." and what was done, or what to do.
void decide(data_loss& loss, data_loss_policy policy, std::string_view source);

}  // namespace freshet

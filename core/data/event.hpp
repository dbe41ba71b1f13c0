// What:  one interaction of a user with an item, as it arrives.
// Units: `ts` in unix seconds.
// Limits: ids are opaque UTF-8 of 1..256 bytes; `ts` from 1990 to a day ahead of the clock; numbers finite.
//         io/events/event_validation.hpp checks them once, at the edge.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/base/clock.hpp"

namespace freshet {

inline constexpr std::size_t id_bytes_max = 256;

struct event {
  std::string user_id;
  std::string item_id;
  unix_seconds ts{};
  /// Units bought, views, ...; negative for a return.
  std::int32_t qty = 1;
  /// "view", "purchase", ...; empty when the event has no type.
  std::string event_type;
  /// A rating or another explicit value.
  std::optional<float> value;
  /// Two events of one user with the same id are one event; empty when the source gives none.
  std::string event_id;
  std::string session_id;
  /// Which answer of this service led here.
  std::string recommendation_id;
  /// Further properties as a JSON object, verbatim; empty when there are none.
  std::string properties;

  friend bool operator==(const event&, const event&) = default;
};

}  // namespace freshet

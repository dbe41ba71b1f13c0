// What:   how producers spell the fields of an event: one table for JSON members and for columns of files.
// Source: spec "Interaction events"; Segment, Snowplow, Google and Adobe names among them.
// Rule:   where several spellings of one field are present, the one that stands first in the table counts
//         (a Segment track call carries `type: "track"` beside its `event`), and null counts as absent.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace freshet {

enum class event_field : std::uint8_t {
  user_id,
  item_id,
  ts,
  qty,
  event_type,
  value,
  event_id,
  session_id,
  recommendation_id,
  properties,
};
inline constexpr std::size_t event_fields_count = 10;

struct event_spelling {
  std::string_view name;
  event_field field{};
};

/// Every spelling; those of one field in order of precedence. The nested `properties.product_id` is the codec's.
[[nodiscard]] std::span<const event_spelling> event_spellings();

/// Place of a name in `event_spellings`, or nothing: not a field of an event.
[[nodiscard]] std::optional<std::size_t> find_event_spelling(std::string_view name);

/// "ts", the canonical name.
[[nodiscard]] std::string_view to_string(event_field field);

}  // namespace freshet

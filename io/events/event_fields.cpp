#include "io/events/event_fields.hpp"

#include <array>

namespace freshet {
namespace {

constexpr auto spellings = std::to_array<event_spelling>({
    {"user_id", event_field::user_id},
    {"userId", event_field::user_id},
    {"visitorId", event_field::user_id},
    {"anonymousId", event_field::user_id},
    {"item_id", event_field::item_id},
    {"itemId", event_field::item_id},
    {"product_id", event_field::item_id},
    {"event", event_field::event_type},
    {"eventType", event_field::event_type},
    {"event_type", event_field::event_type},
    {"type", event_field::event_type},
    {"ts", event_field::ts},
    {"timestamp", event_field::ts},
    {"time", event_field::ts},
    {"sentAt", event_field::ts},
    {"eventTime", event_field::ts},
    {"id", event_field::event_id},
    {"messageId", event_field::event_id},
    {"eventId", event_field::event_id},
    {"event_id", event_field::event_id},
    {"qty", event_field::qty},
    {"quantity", event_field::qty},
    {"value", event_field::value},
    {"eventValue", event_field::value},
    {"rating", event_field::value},
    {"session_id", event_field::session_id},
    {"sessionId", event_field::session_id},
    {"recommendation_id", event_field::recommendation_id},
    {"recommendationId", event_field::recommendation_id},
    {"properties", event_field::properties},
});

constexpr std::size_t name_length_max = 17;

/// Places of the names of each length, -1 behind the last: most members of a record are told apart by length alone.
constexpr auto places_by_length = [] {
  std::array<std::array<std::int8_t, 8>, name_length_max + 1> places{};
  for (auto& row : places) row.fill(-1);
  for (std::size_t at = 0; at < spellings.size(); ++at) {
    std::size_t free = 0;
    auto& row = places[spellings[at].name.size()];
    while (row[free] >= 0) ++free;
    row[free] = static_cast<std::int8_t>(at);
  }
  return places;
}();

}  // namespace

std::span<const event_spelling> event_spellings() {
  return spellings;
}

std::optional<std::size_t> find_event_spelling(std::string_view name) {
  if (name.size() > name_length_max) return std::nullopt;
  for (const std::int8_t place : places_by_length[name.size()]) {
    if (place < 0) break;
    if (spellings[static_cast<std::size_t>(place)].name == name) return static_cast<std::size_t>(place);
  }
  return std::nullopt;
}

std::string_view to_string(event_field field) {
  constexpr std::array<std::string_view, event_fields_count> names{
      "user_id",    "item_id",           "ts",        "qty", "event_type", "value", "event_id",
      "session_id", "recommendation_id", "properties"};
  return names[static_cast<std::size_t>(field)];
}

}  // namespace freshet

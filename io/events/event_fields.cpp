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

}  // namespace

std::span<const event_spelling> event_spellings() {
  return spellings;
}

std::optional<std::size_t> find_event_spelling(std::string_view name) {
  for (std::size_t at = 0; at < spellings.size(); ++at) {
    if (spellings[at].name == name) return at;
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

// What:   GET /v1/users/{id} and GET /v1/users/{id}/export: what is known of a user, and all of it.
// Bodies: state: {user_id, events, first_ts, last_ts, items_seen, event_types{name: events}, top_items[{item_id,
//         events, strength}], trained, trainable, cold, model_id}; times are unix seconds, null without events. The
//         export is the document of io/store/user_export.hpp, sent as an attachment.
// Errors: 404 User <id> not found: no event is retained and the model has no row for it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/clock.hpp"
#include "io/http/message.hpp"

namespace freshet::http {

struct user_state {
  std::string user_id;
  std::uint64_t events{};
  std::optional<unix_seconds> first_ts;
  std::optional<unix_seconds> last_ts;
  /// Distinct items of the events.
  std::uint64_t items_seen{};
  /// Events of each type, the most frequent first; events without a type are under "".
  std::vector<std::pair<std::string, std::uint64_t>> event_types;
  struct touched_item {
    std::string item_id;
    std::uint64_t events{};
    /// What a model is told of it.
    double strength{};
  };
  /// The strongest first.
  std::vector<touched_item> top_items;
  /// The model in service was trained with this user.
  bool trained{};
  /// Enough events to be trained with, as the operations guide counts.
  bool trainable{};
  /// Is answered with a fallback list.
  bool cold{};
  /// Empty without a model.
  std::string model_id;
};
[[nodiscard]] response render_user_state(const user_state& state);

[[nodiscard]] response render_user_export(std::string document, std::string_view user_id);

[[nodiscard]] response user_not_found(std::string_view user_id, const request& in);

}  // namespace freshet::http

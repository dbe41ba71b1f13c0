// What:   everything the store holds of one user, as the document that the user may ask for.
// Format: {"user_id", "events": [{"item_id", "timestamp", "quantity", and where there is one: "event_type", "value",
//         "event_id", "session_id", "recommendation_id", "properties"}], "items": [{"item_id", "category", "brand",
//         "price", "img_url"}], "export_timestamp" unix seconds, "export_date" RFC 3339}. Events oldest first; every
//         item of them once, by first appearance, null where nothing is known.
// Errors: the store's; nothing when it holds no event of this user.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/clock.hpp"
#include "core/base/result.hpp"
#include "io/store/event_store.hpp"

namespace freshet {

[[nodiscard]] result<std::optional<std::string>> export_user(const event_store& store, std::string_view user_id,
                                                             unix_seconds now);

/// The document of a user of whom there are no events.
[[nodiscard]] std::string empty_export(std::string_view user_id, unix_seconds now);

}  // namespace freshet

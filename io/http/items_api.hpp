// What:   the items of /v1 as typed values.
//           POST   /v1/items       one item, an array, or NDJSON (application/x-ndjson, one a line)
//           GET    /v1/items/{id}  the metadata, one flat JSON object
//           PUT    /v1/items/{id}  the metadata as it shall be from now on; a new id makes a new item
//           PATCH  /v1/items/{id}  what shall change, as in RFC 7396: null removes a member
//           DELETE /v1/items/{id}  the item is in no answer any more
// Rule:   of several items one bad one never rejects the others; only a body that is no JSON at all is a problem (400).
//         The body of PUT and PATCH need not repeat the id; when it does, it is the path's (400).
// Errors: 400 for a value that an item cannot have, 415 for another content type.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "core/data/item.hpp"
#include "io/http/recommendation_api.hpp"

namespace freshet::http {

struct items_request {
  struct rejected_item {
    std::size_t index{};
    std::string reason;
  };
  std::vector<item> accepted;
  std::vector<rejected_item> rejected;
};
[[nodiscard]] parsed<items_request> parse_items(const request& in);

/// 200 {accepted, rejected:[{index, reason}]}
[[nodiscard]] response render_items(const items_request& query);

/// The body of PUT.
[[nodiscard]] parsed<item> parse_item(const request& in, std::string_view item_id);

/// The body of PATCH, and what it makes of an item.
[[nodiscard]] parsed<boost::json::object> parse_item_patch(const request& in);
[[nodiscard]] parsed<item> patched_item(const item& before, const boost::json::object& patch, const request& in);

/// 200, or 201 for an item that was not there before.
[[nodiscard]] response render_item(const item& value, bool created = false);
/// 204
[[nodiscard]] response render_item_deleted();
/// 404 Item <id> not found
[[nodiscard]] response item_not_found(std::string_view item_id, const request& in);

}  // namespace freshet::http

// What:   an item as one flat JSON object and back: {"item_id": "x", "price": 2.5, "title": "...", "color": "red"}.
//         What is not a field of an item is an attribute.
// Rules:  null is a value that is unknown; a list or object becomes a text, its JSON; a number as item_id its decimal.
// Errors: a problem names the member, the value and the remedy; never throws, whatever the bytes.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/data/item.hpp"
#include "io/files/column_map.hpp"
#include "io/files/item_row.hpp"

namespace freshet {

[[nodiscard]] std::string encode_item_json(const item& value);
/// `map` names the member of a field where it is not the field's own; members named in `ignored` are left out.
[[nodiscard]] parsed_item decode_item_json(std::string_view json, const column_map& map = {},
                                           std::span<const std::string> ignored = {});

}  // namespace freshet

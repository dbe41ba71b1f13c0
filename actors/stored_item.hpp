// What: what the store holds of an item's id: nothing, the item, or the mark that it was deleted.
#pragma once

#include <string_view>

#include "core/base/result.hpp"
#include "core/base/strong_id.hpp"
#include "core/data/item.hpp"
#include "io/store/event_store.hpp"

namespace freshet {

struct stored_item {
  enum class standing { unheard_of, live, deleted };
  standing what{};
  item_index number{};
  /// Of a live item; one that is known from events or a model alone has nothing but its id.
  item metadata;
};

[[nodiscard]] result<stored_item> look_up(const event_store& store, std::string_view item_id);

}  // namespace freshet

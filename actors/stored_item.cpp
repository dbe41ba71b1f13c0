#include "actors/stored_item.hpp"

namespace freshet {

result<stored_item> look_up(const event_store& store, std::string_view item_id) {
  stored_item found;
  FRESHET_ASSIGN(const auto number, store.find_item(item_id));
  if (!number) return found;
  found.number = *number;
  FRESHET_ASSIGN(const bool deleted, store.is_deleted(*number));
  found.what = deleted ? stored_item::standing::deleted : stored_item::standing::live;
  FRESHET_ASSIGN(auto metadata, store.find_metadata(*number));
  if (metadata) found.metadata = std::move(*metadata);
  found.metadata.item_id = item_id;
  return found;
}

}  // namespace freshet

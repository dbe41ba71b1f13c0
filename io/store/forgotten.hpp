// What: whether nobody may know a user any more: erased, and not back since. For whoever holds what was learnt of
//       users: the models in their files and in service, also after a ledger was applied to a restored database.
#pragma once

#include <string_view>

#include "core/base/result.hpp"
#include "io/store/event_store.hpp"

namespace freshet {

[[nodiscard]] inline result<bool> is_forgotten(const event_store& store, std::string_view user_id) {
  if (!store.is_erased(user_id)) return false;
  FRESHET_ASSIGN(const auto back, store.find_user(user_id));
  return !back;
}

}  // namespace freshet

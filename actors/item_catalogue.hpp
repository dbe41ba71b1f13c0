// What:    every item the service knows: its number, its id and its metadata as rendered once for answers.
// Why:     an answer needs ten items' fields in microseconds, and an item's new price must show in the next answer,
//          whatever model serves.
// Threads: every member from any thread; a view once handed out never changes.
// Cost:    find and view: a shared lock and one look-up.
#pragma once

#include <memory>
#include <optional>
#include <shared_mutex>
#include <span>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/base/strong_id.hpp"
#include "core/data/string_map.hpp"
#include "io/http/recommendation_api.hpp"
#include "io/store/event_store.hpp"

namespace freshet {

class item_catalogue {
 public:
  /// Takes in what the store holds; again after a batch of events brought new items.
  status refresh(const event_store& store);

  /// New or changed metadata.
  void update(item_index index, item metadata);

  std::optional<item_index> find(std::string_view item_id) const;
  /// Null for a number that was never given out.
  std::shared_ptr<const http::item_view> view(item_index index) const;
  std::size_t size() const;
  /// All ids are canonical int64, so that the guide's answers may write them as JSON integers.
  bool integer_ids() const;

 private:
  void insert(item_index index, item metadata);

  mutable std::shared_mutex mutex_;
  std::vector<std::shared_ptr<const http::item_view>> views_;
  string_map<item_index> numbers_;
  std::size_t other_ids_ = 0;
};

}  // namespace freshet

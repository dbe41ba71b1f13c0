// What: what one batch will do to the store, worked out before anything is written.
// Why:  a batch that fails leaves nothing behind, in the files or in memory, and can simply be applied again.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "io/store/name_hash.hpp"
#include "io/store/schema.hpp"
#include "io/store/user_directory.hpp"

namespace freshet {

struct ingest_plan {
  ingest_plan(const ingest_batch& what, write_batch empty, const schema::totals& before)
      : batch(what), writes(std::move(empty)), after(before) {}

  const ingest_batch& batch;
  write_batch writes;
  schema::totals after;

  /// The distinct users of the batch, by first appearance; `number` of a new one is set, `is_new` tells.
  struct user {
    std::string_view id;
    user_index number{};
    std::uint64_t hash{};
    bool is_new{};
  };
  std::vector<user> users;

  /// The events that are not dropped in the order of their keys; of two with one key the first in the batch comes
  /// first.
  struct slot {
    schema::history_key key;
    std::uint32_t event{};  // position in batch.events
    std::uint32_t user{};   // position in users
  };
  std::vector<slot> slots;

  /// By position in batch.events; numbers only of events that are applied. What is dropped counts as a duplicate here.
  std::vector<bool> duplicate;
  std::vector<item_index> item_of;
  std::vector<event_type_index> type_of;
  std::size_t applied{};
  std::size_t dropped{};

  /// New names, numbered on from those that are known.
  std::vector<std::string_view> new_items;
  std::vector<std::string_view> new_types;
  name_map<std::string_view, item_index> items;
  name_map<std::string_view, event_type_index> types;

  /// Events of each item that the batch touches, after it.
  std::vector<schema::item_count> counts;
};

}  // namespace freshet

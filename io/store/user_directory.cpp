#include "io/store/user_directory.hpp"

#include <algorithm>
#include <numeric>

#include "io/store/schema.hpp"

namespace freshet {
namespace {

error damaged_entry(const database& db) {
  return {error_code::corrupted, db.path().string() + ": an entry of the user directory is damaged; restore a backup"};
}

}  // namespace

std::uint64_t user_directory::hash_of(std::string_view id) const {
  return hash64(id, options_.salt) & options_.hash_mask;
}

std::optional<user_index> user_directory::recall(std::string_view id) const {
  const std::lock_guard guard(mutex_);
  if (const auto at = young_.find(id); at != young_.end()) return at->second;
  const auto at = old_.find(id);
  if (at == old_.end()) return std::nullopt;
  const auto number = at->second;
  add_to_young(id, number);
  return number;
}

void user_directory::remember(std::string_view id, user_index number) const {
  const std::lock_guard guard(mutex_);
  add_to_young(id, number);
}

std::uint64_t user_directory::removals() const {
  const std::lock_guard guard(mutex_);
  return removals_;
}

void user_directory::remember_unless_removed(std::string_view id, user_index number, std::uint64_t removals) const {
  const std::lock_guard guard(mutex_);
  if (removals_ == removals) add_to_young(id, number);
}

void user_directory::forget(std::string_view id) const {
  const std::lock_guard guard(mutex_);
  ++removals_;
  young_.erase(id);
  old_.erase(id);
}

void user_directory::forget_all() const {
  const std::lock_guard guard(mutex_);
  ++removals_;
  young_.clear();
  old_.clear();
}

void user_directory::add_to_young(std::string_view id, user_index number) const {
  if (young_.size() >= options_.remembered_max) {
    old_ = std::move(young_);
    young_.clear();
  }
  young_.emplace(id, number);
}

result<user_directory::place> user_directory::probe(std::string_view id, std::uint64_t hash) const {
  for (;; ++hash) {
    FRESHET_ASSIGN(const auto value, db_->get(family::ids, schema::key_of_user_hash(hash).view()));
    if (!value) return place{std::nullopt, hash};
    const auto entry = schema::decode_user_entry(*value);
    if (!entry) return damaged_entry(*db_);
    if (entry->id == id) return place{entry->number, hash};
  }
}

result<std::optional<user_index>> user_directory::find(std::string_view id) const {
  if (const auto number = recall(id)) return number;
  const auto before = removals();
  FRESHET_ASSIGN(const auto found, probe(id, hash_of(id)));
  if (found.number) remember_unless_removed(id, *found.number, before);
  return found.number;
}

bool user_directory::is_surely_unknown(std::string_view id) const {
  // Where nothing lies at its hash, it lies nowhere.
  return !db_->may_hold(family::ids, schema::key_of_user_hash(hash_of(id)).view());
}

result<std::string> user_directory::id(user_index user) const {
  FRESHET_ASSIGN(auto value, db_->get(family::ids, schema::key_of_user_id(user).view()));
  if (!value) return error{error_code::not_found, "there is no user number " + std::to_string(to_integer(user))};
  return std::move(*value);
}

result<std::vector<user_directory::place>> user_directory::find_all(std::span<const std::string_view> ids) const {
  std::vector<place> places(ids.size());
  std::vector<std::size_t> unknown;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    places[i].number = recall(ids[i]);
    if (places[i].number) continue;
    places[i].hash = hash_of(ids[i]);
    unknown.push_back(i);
  }
  std::sort(unknown.begin(), unknown.end(), [&](auto a, auto b) { return places[a].hash < places[b].hash; });

  const auto count = unknown.size();
  std::vector<schema::fixed_key<9>> keys(count);
  std::vector<rocksdb::Slice> slices(count);
  for (std::size_t i = 0; i < count; ++i) {
    keys[i] = schema::key_of_user_hash(places[unknown[i]].hash);
    slices[i] = slice_of(keys[i].view());
  }
  FRESHET_ASSIGN(const auto looked_up, db_->get_all(family::ids, slices));
  for (std::size_t i = 0; i < count; ++i) {
    auto& found = places[unknown[i]];
    if (looked_up.outcomes[i].IsNotFound()) continue;
    const auto entry = schema::decode_user_entry(view_of(looked_up.values[i]));
    if (!entry) return damaged_entry(*db_);
    const auto id = ids[unknown[i]];
    if (entry->id == id) {
      found.number = entry->number;
    } else {
      FRESHET_ASSIGN(found, probe(id, found.hash + 1));
    }
    if (found.number) remember(id, *found.number);
  }
  return places;
}

status user_directory::put(write_batch& batch, std::string_view id, user_index number, std::uint64_t hash,
                           absl::flat_hash_set<std::uint64_t>& taken) const {
  while (!taken.insert(hash).second) {
    FRESHET_ASSIGN(const auto next, probe(id, hash + 1));
    hash = next.hash;
  }
  batch.put(family::ids, schema::key_of_user_hash(hash).view(), schema::encode_user_entry({number, id}));
  batch.put(family::ids, schema::key_of_user_id(number).view(), id);
  return success{};
}

result<std::optional<user_directory::located_user>> user_directory::find_hash(std::uint64_t hash) const {
  for (auto at = hash & options_.hash_mask;; ++at) {
    FRESHET_ASSIGN(const auto value, db_->get(family::ids, schema::key_of_user_hash(at).view()));
    if (!value) return std::optional<located_user>();
    const auto found = schema::decode_user_entry(*value);
    if (!found) return damaged_entry(*db_);
    if (!found->id.empty() && full_hash_of(found->id) == hash) {
      return std::optional(located_user{found->number, std::string(found->id), at});
    }
  }
}

status user_directory::remove(write_batch& batch, const located_user& user) const {
  const auto key = schema::key_of_user_hash(user.lies_at);
  FRESHET_ASSIGN(const auto behind, db_->get(family::ids, schema::key_of_user_hash(user.lies_at + 1).view()));
  if (behind) {
    batch.put(family::ids, key.view(), schema::encode_user_entry({user.number, {}}));
  } else {
    batch.remove(family::ids, key.view());
  }
  batch.remove(family::ids, schema::key_of_user_id(user.number).view());
  return success{};
}

}  // namespace freshet

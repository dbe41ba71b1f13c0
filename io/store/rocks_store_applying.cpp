// Writing: batches of events, items, removal of delivered letters.
#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>

#include <algorithm>

#include "core/base/hash.hpp"
#include "io/store/ingest_plan.hpp"
#include "io/store/rocks_store.hpp"

namespace freshet {
namespace {

constexpr std::uint32_t event_types_max = 1000;
constexpr std::string_view other_type = "other";
constexpr std::size_t items_per_write = 4096;

error too_many(std::string_view what) {
  return {error_code::exhausted, "the store holds at most 4294967295 " + std::string(what)};
}

}  // namespace

result<ingest_outcome> rocks_store::apply(const ingest_batch& batch, bool sync) {
  const std::lock_guard guard(write_mutex_);
  FRESHET_ASSIGN(auto writes, begin());
  ingest_plan plan(batch, std::move(writes), counters_.totals());
  drop_events(plan);
  FRESHET_TRY(number_users(plan));
  FRESHET_TRY(find_duplicates(plan));
  number_items_and_types(plan);
  FRESHET_TRY(count_new_items(plan));

  FRESHET_TRY(put_users(plan));
  put_events(plan);
  FRESHET_TRY(put_letters(plan));
  put_positions(plan);
  if (!plan.writes.empty())
    FRESHET_TRY(commit(plan.writes, plan.after, plan.counts, sync && options_.sync_every_batch));
  remember(plan);
  return outcome_of(plan);
}

/// Those from before the erasure of their user, and those that nobody would read.
void rocks_store::drop_events(ingest_plan& plan) const {
  const auto& [events, letters, positions] = plan.batch;
  plan.duplicate.assign(events.size(), false);
  const auto oldest = oldest_kept();
  const bool anybody_erased = !erasures_.empty();
  for (std::size_t i = 0; i < events.size(); ++i) {
    const auto& [value, identity, offset] = events[i];
    bool dropped = value.ts < oldest;
    if (const auto erased = anybody_erased ? erasures_.find(value.user_id) : nullptr; erased && !dropped) {
      dropped = value.ts <= erased->erased_at ||
                (offset >= 0 && !positions.empty() &&
                 lies_before(*erased, positions.front().source, positions.front().partition, offset));
    }
    plan.duplicate[i] = dropped;
    plan.dropped += dropped ? 1 : 0;
  }
}

status rocks_store::number_users(ingest_plan& plan) const {
  const auto& events = plan.batch.events;
  name_map<std::string_view, std::uint32_t> seen;
  std::vector<std::string_view> ids;
  plan.slots.reserve(events.size() - plan.dropped);
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (plan.duplicate[i]) continue;
    const std::string_view id = events[i].value.user_id;
    const auto [at, is_first] = seen.try_emplace(id, static_cast<std::uint32_t>(ids.size()));
    if (is_first) ids.push_back(id);
    plan.slots.push_back({.key = {}, .event = static_cast<std::uint32_t>(i), .user = at->second});
  }
  FRESHET_ASSIGN(const auto places, users_.find_all(ids));
  plan.users.reserve(ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const bool is_new = !places[i].number;
    if (is_new && plan.after.next_user == UINT32_MAX) return too_many("users");
    const auto number = is_new ? static_cast<user_index>(plan.after.next_user++) : *places[i].number;
    plan.users.push_back({.id = ids[i], .number = number, .hash = places[i].hash, .is_new = is_new});
    plan.after.users += is_new ? 1 : 0;
  }
  for (auto& slot : plan.slots) {
    const auto event_key = hash64(events[slot.event].identity, salts_.events);
    slot.key = schema::key_of_event(plan.users[slot.user].number, event_key);
  }
  std::sort(plan.slots.begin(), plan.slots.end(),
            [](const auto& a, const auto& b) { return std::tie(a.key, a.event) < std::tie(b.key, b.event); });
  return success{};
}

status rocks_store::find_duplicates(ingest_plan& plan) const {
  // A new user has no event yet; of the others the files are asked, in the order of the keys.
  std::vector<rocksdb::Slice> keys;
  std::vector<std::uint32_t> events;
  const ingest_plan::slot* before = nullptr;
  for (const auto& slot : plan.slots) {
    if (before != nullptr && before->key == slot.key) {
      plan.duplicate[slot.event] = true;
      continue;
    }
    before = &slot;
    if (plan.users[slot.user].is_new) continue;
    keys.push_back(slice_of(slot.key.view()));
    events.push_back(slot.event);
  }
  FRESHET_ASSIGN(const auto looked_up, db_->get_all(family::hist, keys));
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (looked_up.outcomes[i].IsNotFound()) continue;
    plan.duplicate[events[i]] = true;
  }
  plan.applied = static_cast<std::size_t>(std::count(plan.duplicate.begin(), plan.duplicate.end(), false));
  plan.after.events += plan.applied;
  return success{};
}

event_type_index rocks_store::number_of_type(ingest_plan& plan, std::string_view name) const {
  if (const auto known = types_.find(name)) return static_cast<event_type_index>(*known);
  const auto next = types_.size() + static_cast<std::uint32_t>(plan.new_types.size());
  if (next > event_types_max && name != other_type) return number_of_type(plan, other_type);
  const auto [at, is_new] = plan.types.try_emplace(name, static_cast<event_type_index>(next));
  if (is_new) plan.new_types.push_back(name);
  return at->second;
}

void rocks_store::number_items_and_types(ingest_plan& plan) const {
  const auto& events = plan.batch.events;
  plan.item_of.resize(events.size());
  plan.type_of.resize(events.size());
  absl::flat_hash_map<item_index, std::uint64_t> added;
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (plan.duplicate[i]) continue;
    const std::string_view id = events[i].value.item_id;
    const auto [at, is_first] = plan.items.try_emplace(id);
    if (is_first) {
      const auto known = items_.find(id);
      at->second = static_cast<item_index>(known ? *known : plan.after.next_item++);
      if (!known) plan.new_items.push_back(id);
    }
    plan.item_of[i] = at->second;
    plan.type_of[i] = number_of_type(plan, events[i].value.event_type);
    ++added[at->second];
  }
  for (const auto& [item, count] : added) plan.counts.push_back({item, counters_.events_of(item) + count});
  std::sort(plan.counts.begin(), plan.counts.end(), [](const auto& a, const auto& b) { return a.item < b.item; });
}

status rocks_store::count_new_items(ingest_plan& plan) const {
  if (plan.after.next_item < items_.size()) return too_many("items");
  for (const auto& count : plan.counts) {
    if (counters_.events_of(count.item) > 0) continue;
    // Counted already when it has metadata; not counted when it was deleted.
    if (to_integer(count.item) < items_.size()) {
      FRESHET_ASSIGN(const auto record, db_->get(family::items, schema::key_of_item(count.item).view()));
      if (record) continue;
    }
    ++plan.after.items;
  }
  return success{};
}

status rocks_store::put_users(ingest_plan& plan) const {
  std::vector<const ingest_plan::user*> fresh;
  for (const auto& user : plan.users) {
    if (user.is_new) fresh.push_back(&user);
  }
  // Keys that ascend are inserted faster.
  std::sort(fresh.begin(), fresh.end(), [](const auto* a, const auto* b) { return a->hash < b->hash; });
  absl::flat_hash_set<std::uint64_t> taken;
  for (const auto* user : fresh) FRESHET_TRY(users_.put(plan.writes, user->id, user->number, user->hash, taken));
  return success{};
}

void rocks_store::put_events(ingest_plan& plan) const {
  std::string value;
  for (const auto& slot : plan.slots) {
    if (plan.duplicate[slot.event]) continue;
    value.clear();
    schema::encode_event(value, plan.batch.events[slot.event].value, plan.item_of[slot.event],
                         plan.type_of[slot.event]);
    plan.writes.put(family::hist, slot.key.view(), value);
  }
  auto number = items_.size();
  for (const auto id : plan.new_items) {
    plan.writes.put(family::ids, schema::key_of_item_id(static_cast<item_index>(number++)).view(), id);
  }
  number = types_.size();
  for (const auto name : plan.new_types) {
    plan.writes.put(family::meta, schema::numbered_key(schema::type_prefix, static_cast<std::uint16_t>(number++)),
                    name);
  }
}

status rocks_store::put_letters(ingest_plan& plan) const {
  absl::flat_hash_set<std::uint64_t> taken;
  const bool anybody_erased = !erasures_.empty();
  for (const auto& letter : plan.batch.dead_letters) {
    bool dropped = false;
    if (anybody_erased) {
      for_each_possible_user(letter, [&](std::string_view word) {
        const auto erased = erasures_.find(word);
        dropped = dropped || (erased && lies_before(*erased, letter.source, letter.partition, letter.offset));
      });
    }
    if (dropped) continue;
    const auto identity = hash64(schema::identity_of(letter), salts_.events);
    const auto mark = schema::numbered_key(schema::letter_key_prefix, identity);
    FRESHET_ASSIGN(const auto waiting, db_->get(family::meta, mark));
    if (waiting || !taken.insert(identity).second) continue;
    const auto sequence = plan.after.next_letter++;
    ++plan.after.letters;
    plan.writes.put(family::meta, schema::numbered_key(schema::letter_prefix, sequence), schema::encode_letter(letter));
    plan.writes.put(family::meta, mark, schema::encode_sequence(sequence));
  }
  return success{};
}

void rocks_store::put_positions(ingest_plan& plan) const {
  for (const auto& position : plan.batch.positions) {
    plan.writes.put(family::meta, schema::key_of_offset(position.source, position.partition),
                    schema::encode_offset(position.next_offset));
    const auto taken = schema::key_of_taken(position.source, position.partition);
    if (position.last) {
      plan.writes.put(family::meta, taken, schema::encode_mark(*position.last));
    } else {
      plan.writes.remove(family::meta, taken);
    }
  }
}

void rocks_store::remember(const ingest_plan& plan) {
  for (const auto id : plan.new_items) items_.append(std::string(id));
  for (const auto name : plan.new_types) types_.append(std::string(name));
  for (const auto& user : plan.users) {
    if (user.is_new) users_.remember(user.id, user.number);
  }
  const std::lock_guard guard(positions_mutex_);
  for (const auto& position : plan.batch.positions) {
    positions_[{position.source, position.partition}] = position.next_offset;
  }
}

ingest_outcome rocks_store::outcome_of(const ingest_plan& plan) const {
  ingest_outcome outcome;
  outcome.applied = plan.applied;
  outcome.dropped = plan.dropped;
  outcome.duplicates = plan.batch.events.size() - plan.applied - plan.dropped;
  outcome.was_duplicate = plan.duplicate;
  for (const auto& slot : plan.slots) {
    const auto user = plan.users[slot.user].number;
    if (plan.duplicate[slot.event] || (!outcome.touched.empty() && outcome.touched.back() == user)) continue;
    outcome.touched.push_back(user);
  }
  return outcome;
}

// --- items

item_index rocks_store::intern(write_batch& batch, std::string_view id, std::vector<std::string>& fresh,
                               schema::totals& after) {
  if (const auto known = items_.find(id)) return static_cast<item_index>(*known);
  const auto number = static_cast<item_index>(after.next_item++);
  batch.put(family::ids, schema::key_of_item_id(number).view(), id);
  fresh.emplace_back(id);
  return number;
}

result<std::vector<item_index>> rocks_store::intern_items(std::span<const std::string> item_ids) {
  const std::lock_guard guard(write_mutex_);
  FRESHET_ASSIGN(auto batch, begin());
  auto after = counters_.totals();
  std::vector<item_index> numbers;
  numbers.reserve(item_ids.size());
  std::vector<std::string> fresh;
  name_map<std::string_view, item_index> seen;
  for (const std::string_view id : item_ids) {
    const auto [at, is_first] = seen.try_emplace(id);
    if (is_first) at->second = intern(batch, id, fresh, after);
    numbers.push_back(at->second);
  }
  if (fresh.empty()) return numbers;
  FRESHET_TRY(commit(batch, after, {}, options_.sync_every_batch));
  for (auto& id : fresh) items_.append(std::move(id));
  return numbers;
}

result<std::vector<item_index>> rocks_store::put_items(std::span<const item> items) {
  const std::lock_guard guard(write_mutex_);
  std::vector<item_index> numbers;
  numbers.reserve(items.size());
  while (!items.empty()) {
    const auto some = items.first(std::min(items.size(), items_per_write));
    FRESHET_TRY(put_some_items(some, numbers));
    items = items.subspan(some.size());
  }
  return numbers;
}

status rocks_store::put_some_items(std::span<const item> items, std::vector<item_index>& numbers) {
  FRESHET_ASSIGN(auto batch, begin());
  auto after = counters_.totals();
  std::vector<std::string> fresh;
  name_map<std::string_view, item_index> seen;
  for (const auto& one : items) {
    if (one.item_id.empty()) return error{error_code::invalid_argument, "an item has an empty item_id"};
    const auto [at, is_first] = seen.try_emplace(one.item_id);
    if (is_first) {
      at->second = intern(batch, one.item_id, fresh, after);
      const auto key = schema::key_of_item(at->second);
      FRESHET_ASSIGN(const auto record, db_->get(family::items, key.view()));
      const bool counted = record ? *record != schema::deleted_item : counters_.events_of(at->second) > 0;
      if (!counted) ++after.items;
    }
    numbers.push_back(at->second);
    batch.put(family::items, schema::key_of_item(at->second).view(), schema::encode_item(one));
  }
  FRESHET_TRY(commit(batch, after, {}, options_.sync_every_batch));
  for (auto& id : fresh) items_.append(std::move(id));
  return success{};
}

status rocks_store::remove_items(std::span<const item_index> items) {
  const std::lock_guard guard(write_mutex_);
  FRESHET_ASSIGN(auto batch, begin());
  auto after = counters_.totals();
  absl::flat_hash_set<item_index> removed;
  for (const auto item : items) {
    if (to_integer(item) >= items_.size()) {
      return error{error_code::not_found, "there is no item number " + std::to_string(to_integer(item))};
    }
    if (!removed.insert(item).second) continue;
    const auto key = schema::key_of_item(item);
    FRESHET_ASSIGN(const auto record, db_->get(family::items, key.view()));
    if (record && *record == schema::deleted_item) continue;
    if (record || counters_.events_of(item) > 0) --after.items;
    batch.put(family::items, key.view(), schema::deleted_item);
  }
  if (batch.empty()) return success{};
  return commit(batch, after, {}, options_.sync_every_batch);
}

status rocks_store::remove_dead_letters(std::span<const std::uint64_t> sequences) {
  const std::lock_guard guard(write_mutex_);
  FRESHET_ASSIGN(auto batch, begin());
  auto after = counters_.totals();
  absl::flat_hash_set<std::uint64_t> removed;
  for (const auto sequence : sequences) {
    const auto key = schema::numbered_key(schema::letter_prefix, sequence);
    FRESHET_ASSIGN(const auto value, db_->get(family::meta, key));
    if (!value || !removed.insert(sequence).second) continue;
    const auto letter = schema::decode_letter(*value);
    if (!letter) return damaged("a dead letter");
    batch.remove(family::meta, key);
    batch.remove(family::meta,
                 schema::numbered_key(schema::letter_key_prefix, hash64(schema::identity_of(*letter), salts_.events)));
    --after.letters;
  }
  if (removed.empty()) return success{};
  return commit(batch, after, {}, options_.sync_every_batch);
}

}  // namespace freshet

// Removing: erased users, expired events.
#include <algorithm>

#include "io/store/log_storage.hpp"
#include "io/store/rocks_store.hpp"

namespace freshet {
namespace {

/// How long reads that began before an erasure may go on.
constexpr std::chrono::seconds patience{60};
/// Events that are looked at while nothing else can be written.
constexpr std::size_t events_at_once = 20'000;

/// The further end of each log.
std::vector<consumed_position> furthest(std::vector<consumed_position> ends,
                                        const std::vector<consumed_position>& more) {
  for (const auto& each : more) {
    const auto known = std::find_if(ends.begin(), ends.end(), [&](const auto& end) {
      return end.source == each.source && end.partition == each.partition;
    });
    if (known == ends.end()) {
      ends.push_back(each);
    } else {
      known->next_offset = std::max(known->next_offset, each.next_offset);
    }
  }
  return ends;
}

void make_distinct(std::vector<std::uint64_t>& hashes) {
  std::sort(hashes.begin(), hashes.end());
  hashes.erase(std::unique(hashes.begin(), hashes.end()), hashes.end());
}

}  // namespace

result<std::vector<schema::item_count>> rocks_store::counts_without(const item_sums& removed,
                                                                    schema::totals& after) const {
  std::vector<schema::item_count> counts;
  for (const auto& [item, events] : removed) {
    const auto left = counters_.events_of(item) - events;
    counts.push_back({item, left});
    after.events -= events;
    if (left > 0) continue;
    // Counts still when it has metadata, and did not when it was deleted.
    FRESHET_ASSIGN(const auto record, db_->get(family::items, schema::key_of_item(item).view()));
    if (!record) --after.items;
  }
  std::sort(counts.begin(), counts.end(), [](const auto& a, const auto& b) { return a.item < b.item; });
  return counts;
}

// --- erasing

result<erasure_outcome> rocks_store::erase_users(const erasure_order& order) {
  erasure_note note{.erased_at = order.erased_at, .before = order.log_ends, .users = {}};
  for (const auto& id : order.user_ids) note.users.push_back(erasures_.hash_of(id));
  make_distinct(note.users);
  FRESHET_ASSIGN(const auto erased, erase(note, /*put_into_ledger=*/true));
  FRESHET_TRY(db_->purge_files(patience));
  return erased;
}

result<erasure_outcome> rocks_store::erase_again(const erasure_ledger& ledger) {
  if (ledger.salt != salts_.ids) {
    return error{error_code::conflict, "the list of erasures is that of another database than " + path().string()};
  }
  erasure_outcome sum;
  for (const auto& note : ledger.notes) {
    erasure_note missing{.erased_at = note.erased_at, .before = note.before, .users = {}};
    for (const auto hash : note.users) {
      const auto known = erasures_.find(hash);
      if (!known || known->erased_at < note.erased_at) missing.users.push_back(hash);
    }
    make_distinct(missing.users);
    if (missing.users.empty()) continue;
    FRESHET_ASSIGN(const auto erased, erase(missing, /*put_into_ledger=*/false));
    sum.users += erased.users;
    sum.events += erased.events;
    sum.dead_letters += erased.dead_letters;
    sum.log_records += erased.log_records;
  }
  FRESHET_TRY(db_->purge_files(patience));
  return sum;
}

status rocks_store::take_over(const erasure_ledger& ledger) {
  for (const auto& note : ledger.notes) FRESHET_TRY(erase(note, /*put_into_ledger=*/false));
  return success{};
}

result<erasure_outcome> rocks_store::erase(const erasure_note& note, bool put_into_ledger) {
  const std::lock_guard guard(write_mutex_);
  FRESHET_ASSIGN(auto batch, begin());
  FRESHET_ASSIGN(const auto consumed, positions());
  const schema::erasure what{.erased_at = note.erased_at, .before = furthest(note.before, consumed)};
  if (put_into_ledger) {
    FRESHET_TRY(append_to_erasure_ledger(ledger_of(path()), salts_.ids, {what.erased_at, what.before, note.users}));
  }

  erasure_outcome outcome;
  auto after = counters_.totals();
  item_sums removed;
  std::vector<std::string> ids;
  for (const auto hash : note.users) {
    FRESHET_ASSIGN(auto user, users_.find_hash(hash));
    if (!user) continue;
    FRESHET_TRY(erase_user(batch, *user, removed));
    ids.push_back(std::move(user->id));
  }
  outcome.users = ids.size();
  after.users -= outcome.users;
  FRESHET_ASSIGN(const auto counts, counts_without(removed, after));
  outcome.events = counters_.totals().events - after.events;
  FRESHET_ASSIGN(outcome.dead_letters, erase_letters(batch, note.users));
  after.letters -= outcome.dead_letters;

  const std::lock_guard entries(db_->entries_mutex());
  FRESHET_ASSIGN(outcome.log_records, erase_log_records(*db_, batch, [&](std::string_view key) {
                   return std::binary_search(note.users.begin(), note.users.end(), erasures_.hash_of(key));
                 }));
  erasures_.put(batch, what, note.users);
  FRESHET_TRY(commit(batch, after, counts, /*sync=*/true));
  erasures_.written(what, note.users);
  for (const auto& id : ids) users_.forget(id);
  return outcome;
}

status rocks_store::erase_user(write_batch& batch, const user_directory::located_user& user, item_sums& removed) const {
  const auto events = database::with_prefix(schema::prefix_of_user(user.number).view());
  FRESHET_TRY(db_->for_each(family::hist, events, database::blocks::passing, [&](auto key, auto value) -> result<scan> {
    FRESHET_ASSIGN(const auto read, read_interaction(key, value));
    ++removed[read.item];
    return scan::go_on;
  }));
  batch.remove_range(family::hist, events.first, events.last);
  return users_.remove(batch, user);
}

result<std::uint64_t> rocks_store::erase_letters(write_batch& batch, std::span<const std::uint64_t> hashes) const {
  std::uint64_t erased = 0;
  const auto letters = database::with_prefix(schema::letter_prefix);
  FRESHET_TRY(
      db_->for_each(family::meta, letters, database::blocks::passing, [&](auto key, auto value) -> result<scan> {
        const auto letter = schema::decode_letter(value);
        if (!letter) return damaged("a dead letter");
        bool theirs = false;
        for_each_possible_user(*letter, [&](std::string_view word) {
          theirs = theirs || std::binary_search(hashes.begin(), hashes.end(), erasures_.hash_of(word));
        });
        if (!theirs) return scan::go_on;
        ++erased;
        batch.remove(family::meta, key);
        batch.remove(family::meta, schema::numbered_key(schema::letter_key_prefix,
                                                        hash64(schema::identity_of(*letter), salts_.events)));
        return scan::go_on;
      }));
  return erased;
}

// --- what has expired

result<expiry_outcome> rocks_store::remove_expired() {
  const auto oldest = oldest_kept();
  expiry_outcome sum;
  if (retention_days_ == 0) return sum;
  for (std::optional<user_index> next = user_index{0}; next;) {
    FRESHET_ASSIGN(next, remove_some_expired(*next, oldest, sum));
  }
  return sum;
}

result<std::optional<user_index>> rocks_store::remove_some_expired(user_index from, unix_seconds oldest,
                                                                   expiry_outcome& sum) {
  const std::lock_guard guard(write_mutex_);
  FRESHET_ASSIGN(auto batch, begin());
  auto after = counters_.totals();
  item_sums removed;
  std::vector<std::string> gone;
  user_index user = from;
  std::size_t events = 0;
  bool keeps_some = false;
  std::vector<std::string> expired;
  const auto finish_user = [&]() -> status {
    if (!expired.empty() && !keeps_some) {
      FRESHET_ASSIGN(const auto id, users_.id(user));
      FRESHET_ASSIGN(const auto entry, users_.find_hash(users_.full_hash_of(id)));
      if (!entry) return damaged("the user directory");
      FRESHET_TRY(users_.remove(batch, *entry));
      gone.push_back(id);
    }
    for (const auto& key : std::exchange(expired, {})) batch.remove(family::hist, key);
    keeps_some = false;
    return success{};
  };
  std::optional<user_index> next;
  const database::range rest{std::string(schema::prefix_of_user(from).view()), {}};
  const auto read_on = [&](auto key, auto value) -> result<scan> {
    FRESHET_ASSIGN(const auto read, read_interaction(key, value));
    const auto owner = schema::decode_history_key(key)->user;
    if (owner != user) {
      FRESHET_TRY(finish_user());
      user = owner;
      if (events >= events_at_once) {
        next = owner;
        return scan::stop;
      }
    }
    ++events;
    if (read.ts >= oldest) {
      keeps_some = true;
    } else {
      expired.emplace_back(key);
      ++removed[read.item];
    }
    return scan::go_on;
  };
  FRESHET_TRY(db_->for_each(family::hist, rest, database::blocks::passing, read_on));
  if (!next) FRESHET_TRY(finish_user());
  if (batch.empty()) return next;
  after.users -= gone.size();
  FRESHET_ASSIGN(const auto counts, counts_without(removed, after));
  sum.users += gone.size();
  sum.events += counters_.totals().events - after.events;
  FRESHET_TRY(commit(batch, after, counts, options_.sync_every_batch));
  for (const auto& id : gone) users_.forget(id);
  return next;
}

}  // namespace freshet

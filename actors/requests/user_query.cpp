#include "actors/requests/user_query.hpp"

#include <algorithm>
#include <mutex>

#include "core/base/hash.hpp"

namespace freshet {

user_query_ptr unknown_user(std::string_view user_id, std::uint64_t generation) {
  auto made = std::make_shared<user_query>();
  made->user_id = user_id;
  made->generation = generation;
  made->cold = true;
  return made;
}

user_query_table::user_query_table(std::size_t capacity, std::chrono::seconds ttl) {
  set_limits(capacity, ttl);
}

void user_query_table::set_limits(std::size_t capacity, std::chrono::seconds ttl) {
  capacity_.store(capacity, std::memory_order_relaxed);
  ttl_seconds_.store(ttl.count(), std::memory_order_relaxed);
  for (auto& each : shards_) {
    const std::unique_lock lock(each.mutex);
    each.capacity = std::max<std::size_t>(1, capacity / shards);
    if (each.users.size() <= each.capacity) continue;
    each.evictions += each.users.size();
    each.users.clear();
    each.ring.clear();
    each.hand = 0;
  }
}

cache_counters user_query_table::counters() const {
  cache_counters sum;
  for (const auto& each : shards_) {
    const std::shared_lock lock(each.mutex);
    sum.size += each.users.size();
    sum.hits += each.hits.load(std::memory_order_relaxed);
    sum.misses += each.misses.load(std::memory_order_relaxed);
    sum.evictions += each.evictions;
    sum.expirations += each.expirations.load(std::memory_order_relaxed);
  }
  sum.max_size = capacity_.load(std::memory_order_relaxed);
  return sum;
}

user_query_table::shard& user_query_table::shard_of(std::string_view user_id) {
  return shards_[hash64(user_id) % shards];
}
const user_query_table::shard& user_query_table::shard_of(std::string_view user_id) const {
  return shards_[hash64(user_id) % shards];
}

user_query_ptr user_query_table::find(std::string_view user_id, time_point now) const {
  const auto& home = shard_of(user_id);
  const std::shared_lock lock(home.mutex);
  const auto found = home.users.find(user_id);
  const bool expired = found != home.users.end() && now - found->second->published >= ttl();
  if (expired) home.expirations.fetch_add(1, std::memory_order_relaxed);
  if (found == home.users.end() || expired) {
    home.misses.fetch_add(1, std::memory_order_relaxed);
    return nullptr;
  }
  home.hits.fetch_add(1, std::memory_order_relaxed);
  found->second->used.store(true, std::memory_order_relaxed);
  return found->second->snapshot;
}

bool user_query_table::contains(std::string_view user_id) const {
  const auto& home = shard_of(user_id);
  const std::shared_lock lock(home.mutex);
  return home.users.contains(user_id);
}

std::vector<std::string> user_query_table::users_if(const std::function<bool(const user_query&)>& wanted) const {
  std::vector<std::string> found;
  for (const auto& each : shards_) {
    const std::shared_lock lock(each.mutex);
    for (const auto& [user_id, kept] : each.users) {
      if (wanted(*kept->snapshot)) found.push_back(user_id);
    }
  }
  return found;
}

void user_query_table::publish(user_query_ptr snapshot, time_point now) {
  auto& home = shard_of(snapshot->user_id);
  const std::unique_lock lock(home.mutex);
  if (const auto found = home.users.find(snapshot->user_id); found != home.users.end()) {
    found->second->snapshot = std::move(snapshot);
    found->second->published = now;
    return;
  }
  auto fresh = std::make_unique<slot>();
  const std::string user_id = snapshot->user_id;
  fresh->snapshot = std::move(snapshot);
  fresh->published = now;
  if (home.users.size() >= home.capacity) {
    make_room(home);
    home.ring[home.hand] = user_id;
  } else {
    home.ring.push_back(user_id);
  }
  home.users.emplace(user_id, std::move(fresh));
}

/// Moves the hand to a user that was not asked for since it last passed, and removes that user.
void user_query_table::make_room(shard& full) {
  for (;;) {
    full.hand = (full.hand + 1) % full.ring.size();
    const auto candidate = full.users.find(full.ring[full.hand]);
    if (candidate->second->used.exchange(false, std::memory_order_relaxed)) continue;
    full.users.erase(candidate);
    ++full.evictions;
    return;
  }
}

void user_query_table::erase(std::string_view user_id) {
  auto& home = shard_of(user_id);
  const std::unique_lock lock(home.mutex);
  const auto found = home.users.find(user_id);
  if (found == home.users.end()) return;
  home.users.erase(found);
  std::erase(home.ring, user_id);
  home.hand = 0;
}

void user_query_table::clear() {
  for (auto& each : shards_) {
    const std::unique_lock lock(each.mutex);
    each.users.clear();
    each.ring.clear();
    each.hand = 0;
  }
}

std::size_t user_query_table::size() const {
  std::size_t sum = 0;
  for (const auto& each : shards_) {
    const std::shared_lock lock(each.mutex);
    sum += each.users.size();
  }
  return sum;
}

}  // namespace freshet
